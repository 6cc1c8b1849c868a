using System.Security.Cryptography;

namespace RotateSecrets.Peers.GitHub.State;

/// <summary>A user or an organisation.</summary>
public sealed class Account
{
    private readonly Dictionary<SecretUse, SecretShelf> shelves;

    internal Account(long id, string login, bool isOrganization, TimeProvider time)
    {
        Id = id;
        Login = login;
        IsOrganization = isOrganization;
        shelves = Enum.GetValues<SecretUse>().ToDictionary(static use => use, _ => new SecretShelf(1000, time));
    }

    public long Id { get; }

    public string Login { get; }

    public bool IsOrganization { get; }

    /// <summary>Whether a token has to be authorised for the organisation's single sign-on.</summary>
    public bool RequiresSso { get; set; }

    /// <summary>Whether the organisation's plan has an audit log that can be read.</summary>
    public bool KeepsAuditLog { get; set; } = true;

    /// <summary>What the audit log holds, the oldest first.</summary>
    public List<AuditEvent> Audit { get; } = [];

    /// <summary>The organisation's secrets.</summary>
    public SecretShelf Secrets(SecretUse use = SecretUse.Actions) => shelves[use];
}

/// <summary>An app, and the installation of it.</summary>
public sealed class App : IDisposable
{
    private RSA? key;

    internal App(long id, long installationId, Account owner, IReadOnlyDictionary<string, string> permissions)
    {
        Id = id;
        InstallationId = installationId;
        Owner = owner;
        Permissions = permissions;
    }

    public long Id { get; }

    public string ClientId => $"Iv23li{Id:D14}";

    public long InstallationId { get; }

    /// <summary>Where it is installed.</summary>
    public Account Owner { get; }

    public IReadOnlyDictionary<string, string> Permissions { get; }

    public bool IsSuspended { get; set; }

    /// <summary>The private key, as GitHub lets it be downloaded.</summary>
    public string PrivateKeyPem => Key.ExportRSAPrivateKeyPem();

    internal RSA Key => key ??= RSA.Create(2048);

    public void Dispose() => key?.Dispose();
}

/// <summary>Something that the audit log of an organisation has.</summary>
/// <param name="Action">The action: <c>repo.update_actions_secret</c>.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Repository">The repository; null where it was the organisation's.</param>
/// <param name="Fields">What else it says.</param>
public sealed record AuditEvent(string Action, DateTimeOffset At, string Actor, Repository? Repository, IReadOnlyDictionary<string, object> Fields)
{
    public string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(11));

    /// <summary>Whether it came in by git.</summary>
    public bool IsGit => Action.StartsWith("git.", StringComparison.Ordinal);
}
