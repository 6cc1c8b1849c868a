using System.Globalization;
using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault.Engines;

/// <summary>An engine that hands out credentials under leases. No database stands behind it: a role can be made to fail at revoking, as a database that is gone does.</summary>
internal sealed class DatabaseEngine(TimeProvider time, LeaseTable leases, string mount) : IEngine
{
    private readonly HashSet<string> roles = new(StringComparer.Ordinal);

    public string Type => "database";

    public JsonObject? Options => null;

    public bool Exists(string path) => path.Split('/') is ["roles", var role] && roles.Contains(role);

    public VaultAnswer Answer(VaultQuestion question, string path)
    {
        switch (path.Split('/'), question.Method)
        {
            case (["roles", var role], "POST"):
                roles.Add(role);
                return VaultAnswer.Nothing;
            case (["creds", var role], "GET") when roles.Contains(role):
                var lease = leases.Issue($"{mount}creds/{role}/", time.GetUtcNow() + TimeSpan.FromHours(1));
                return new VaultAnswer(200, new JsonObject
                {
                    ["lease_id"] = lease.Id,
                    ["renewable"] = true,
                    ["lease_duration"] = 3600,
                    ["data"] = new JsonObject { ["username"] = $"v-{role}-{lease.Id[^8..]}", ["password"] = Guid.NewGuid().ToString("N") },
                });
            case (["creds", _], "GET"):
                return VaultAnswer.Error(400, "unknown role");
            default:
                return VaultAnswer.Error(404, string.Create(CultureInfo.InvariantCulture, $"no handler for route '{mount}{path}'"));
        }
    }
}
