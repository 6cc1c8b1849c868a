using System.Globalization;

namespace RotateSecrets.Peers.GitHub.State;

/// <summary>What a person may do in a repository.</summary>
public enum RepositoryRole
{
    Pull,
    Triage,
    Push,
    Maintain,
    Admin,
}

/// <summary>What comes in the Authorization header.</summary>
public sealed class Credential
{
    internal Credential(string token, Account user)
    {
        Token = token;
        User = user;
    }

    public string Token { get; }

    /// <summary>Whom it belongs to; for an installation, where the app is installed.</summary>
    public Account User { get; }

    /// <summary>The app whose installation it is for; null for a person's token.</summary>
    public App? App { get; init; }

    /// <summary>Whether it is an app's own JSON Web Token, which is good for the app's endpoints alone.</summary>
    public bool IsAppItself { get; init; }

    /// <summary>What a fine-grained token or an installation has: <c>secrets</c> to <c>write</c>. Null for a classic token, which has <see cref="Scopes"/>.</summary>
    public Dictionary<string, string>? Permissions { get; init; }

    /// <summary>What a classic token has: <c>repo</c>, <c>admin:org</c>, <c>workflow</c>.</summary>
    public HashSet<string> Scopes { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The repositories that it sees, as <c>owner/name</c>; null for all.</summary>
    public HashSet<string>? Repositories { get; set; }

    /// <summary>What its owner may do in the repositories that it sees.</summary>
    public RepositoryRole Role { get; set; } = RepositoryRole.Admin;

    /// <summary>The organisations with single sign-on for which it was authorised.</summary>
    public HashSet<string> AuthorizedFor { get; } = new(StringComparer.OrdinalIgnoreCase);

    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Whether it sees a repository.</summary>
    public bool Sees(Repository repository) => !IsAppItself
        && (!repository.IsPrivate || Repositories is null || Repositories.Contains(repository.FullName))
        && (App is null || !repository.IsPrivate || repository.Owner == App.Owner);

    /// <summary>Whether it has a permission, at a level: read, write or admin.</summary>
    public bool Has(string permission, string level) => Permissions is null
        ? permission != "workflows" || Scopes.Contains("workflow")
        : Permissions.TryGetValue(permission, out var had) && Rank(had) >= Rank(level);

    private static int Rank(string level) => level switch
    {
        "read" => 1,
        "write" => 2,
        "admin" => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(level), string.Create(CultureInfo.InvariantCulture, $"{level} is no level.")),
    };
}
