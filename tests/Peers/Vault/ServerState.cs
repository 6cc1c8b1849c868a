using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Peers.Vault.Engines;
using RotateSecrets.Peers.Vault.SystemBackend;

namespace RotateSecrets.Peers.Vault;

/// <summary>What the server remembers.</summary>
internal sealed class ServerState
{
    private readonly byte[] salt = RandomNumberGenerator.GetBytes(32);

    public ServerState(TimeProvider time, string? auditFile)
    {
        Time = time;
        AuditFile = auditFile;
        Leases = new LeaseTable(time);
        Mount("secret/", "kv", "2");
        Mount("kv1/", "kv", "1");
        Mount("database/", "database", null);
        Root = new VaultToken("s.root-" + Guid.NewGuid().ToString("N"), ["root"], null, TimeSpan.Zero, isRenewable: false);
        Tokens[Root.Id] = Root;
    }

    public TimeProvider Time { get; }

    public string? AuditFile { get; }

    public System.Net.Sockets.Socket? AuditSocket { get; set; }

    public string Version { get; set; } = "1.9.0";

    public VaultToken Root { get; }

    public Dictionary<string, VaultToken> Tokens { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string Mount, string Presented), IReadOnlyList<string>> Logins { get; } = [];

    public Dictionary<string, IReadOnlyList<string>> Roles { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, IEngine> Mounts { get; } = new(StringComparer.Ordinal);

    public PolicyTable Policies { get; } = new();

    public LeaseTable Leases { get; }

    public void Mount(string path, string type, string? version) => Mounts[path] = (type, version) switch
    {
        ("kv", "2") => new KeyValue2Engine(Time, () => Version.Length == 0 || System.Version.Parse(Version.Split('+')[0]) >= new Version(1, 9)),
        ("kv", _) => new KeyValue1Engine(),
        _ => new DatabaseEngine(Time, Leases, path),
    };

    public (string Path, IEngine Engine)? MountOf(string path) =>
        Mounts.Where(mount => path.StartsWith(mount.Key, StringComparison.Ordinal)).OrderByDescending(static mount => mount.Key.Length)
            .Select(static mount => ((string, IEngine)?)(mount.Key, mount.Value)).FirstOrDefault();

    public VaultToken Issue(IReadOnlyList<string> policies, TimeSpan ttl, bool isRenewable)
    {
        var token = new VaultToken("s." + Guid.NewGuid().ToString("N"), [.. policies, "default"], Time.GetUtcNow() + ttl, ttl, isRenewable);
        return Tokens[token.Id] = token;
    }

    public string Hash(string text) => "hmac-sha256:" + Convert.ToHexString(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
}
