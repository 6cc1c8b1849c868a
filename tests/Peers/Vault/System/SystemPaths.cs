using System.Text.Json.Nodes;
using RotateSecrets.Peers.Vault.Engines;

namespace RotateSecrets.Peers.Vault.SystemBackend;

/// <summary>What is under sys/.</summary>
internal sealed class SystemPaths(ServerState state)
{
    public VaultAnswer Answer(VaultQuestion question)
    {
        var parts = question.Path["sys/".Length..].TrimEnd('/').Split('/');
        switch (parts, question.Method)
        {
            case (["internal", "ui", "resultant-acl"], "GET"):
                var (exact, glob) = state.Policies.Resultant(question.Token!.Policies);
                return VaultAnswer.Data(new JsonObject { ["root"] = question.Token.Policies.Contains("root", StringComparer.Ordinal), ["exact_paths"] = exact, ["glob_paths"] = glob });
            case (["internal", "ui", "mounts"], "GET"):
                return VaultAnswer.Data(new JsonObject { ["secret"] = Mounts(question), ["auth"] = new JsonObject() });
            case (["internal", "ui", "mounts", ..], "GET"):
                var wanted = string.Join('/', parts[3..]) + "/";
                return state.MountOf(wanted) is var (mount, engine) && IsVisible(question, mount)
                    ? VaultAnswer.Data(Described(engine, mount))
                    : VaultAnswer.Error(403, $"preflight capability check returned 403, please ensure client's policies grant access to path \"{wanted}\"");
            case (["mounts", .. var at], "POST"):
                state.Mount(string.Join('/', at) + "/", question.Body["type"]!.ToString(), question.Body["options"]?["version"]?.ToString());
                return VaultAnswer.Nothing;
            case (["capabilities-self"], "POST"):
                return Capabilities(question, question.Token!.Policies);
            case (["capabilities"], "POST"):
                return state.Tokens.TryGetValue(question.Body["token"]!.ToString(), out var token) ? Capabilities(question, token.Policies) : VaultAnswer.Error(400, "invalid token");
            case (["policies", "acl"], "LIST"):
                return VaultAnswer.Keys(state.Policies.Names);
            case (["policies", "acl", var name], "GET"):
                return state.Policies.Body(name) is { } body ? VaultAnswer.Data(new JsonObject { ["name"] = name, ["policy"] = body }) : VaultAnswer.Error(404);
            case (["policies", "acl", var name], "POST"):
                return state.Policies.Write(name, question.Body["policy"]!.ToString()) ? VaultAnswer.Nothing : VaultAnswer.Error(400, "failed to parse policy");
            case (["policies", "acl", var name], "DELETE"):
                state.Policies.Remove(name);
                return VaultAnswer.Nothing;
            case (["audit-hash", "file" or "socket"], "POST"):
                return VaultAnswer.Data(new JsonObject { ["hash"] = state.Hash(question.Body["input"]!.ToString()) });
            case (["audit"], "GET"):
                return VaultAnswer.Data(new JsonObject { ["file/"] = new JsonObject { ["type"] = "file", ["options"] = new JsonObject { ["file_path"] = state.AuditFile } } });
            case (["leases", ..], _):
                return Lease(question, parts[1..]);
            default:
                return VaultAnswer.Error(404, $"unsupported path {question.Path}");
        }
    }

    private VaultAnswer Lease(VaultQuestion question, string[] parts)
    {
        var leases = state.Leases;
        var sync = question.Body["sync"]?.GetValue<bool>() ?? question.Query.GetValueOrDefault("sync") == "true";
        switch (parts, question.Method)
        {
            case ([], "GET"):
                var broken = leases.All.Where(static lease => lease.Error is not null).ToList();
                return VaultAnswer.Data(new JsonObject
                {
                    ["lease_count"] = broken.Count,
                    ["leases"] = new JsonArray([.. broken.Select(static lease => (JsonNode)new JsonObject { ["lease_id"] = lease.Id, ["mount_id"] = "database_1", ["error"] = lease.Error })]),
                });
            case (["lookup", ..], "LIST"):
                return VaultAnswer.Keys(Folders.Under(leases.All.Select(static lease => lease.Id), string.Join('/', parts[1..])));
            case (["lookup"], "POST"):
                return leases.Find(question.Body["lease_id"]!.ToString()) is { } found
                    ? VaultAnswer.Data(new JsonObject
                    {
                        ["id"] = found.Id,
                        ["issue_time"] = found.IssuedAt.ToString("O"),
                        ["expire_time"] = found.ExpiresAt.ToString("O"),
                        ["last_renewal"] = null,
                        ["renewable"] = true,
                        ["ttl"] = (int)(found.ExpiresAt - state.Time.GetUtcNow()).TotalSeconds,
                    })
                    : VaultAnswer.Error(400, "invalid lease");
            case (["revoke"], "POST"):
                var one = leases.Find(question.Body["lease_id"]!.ToString());
                return Revoked(leases.Revoke(one is null ? [] : [one], sync, force: false), sync);
            case (["revoke-prefix", ..], "POST"):
                return Revoked(leases.Revoke([.. leases.Under(string.Join('/', parts[1..]))], sync, force: false), sync);
            case (["revoke-force", ..], "POST"):
                return Revoked(leases.Revoke([.. leases.Under(string.Join('/', parts[1..]))], sync: true, force: true), sync: true);
            default:
                return VaultAnswer.Error(404, $"unsupported path {question.Path}");
        }
    }

    private static VaultAnswer Revoked(bool succeeded, bool sync) =>
        !succeeded ? VaultAnswer.Error(400, "failed to revoke entry") : sync ? VaultAnswer.Nothing : new VaultAnswer(202, new JsonObject { ["warnings"] = new JsonArray("All revocation operations queued successfully") });

    private VaultAnswer Capabilities(VaultQuestion question, IReadOnlyList<string> policies)
    {
        var data = new JsonObject();
        foreach (var path in question.Body["paths"]!.AsArray().Select(static path => path!.ToString()))
        {
            data[path] = new JsonArray([.. state.Policies.Capabilities(policies, path).Select(static capability => (JsonNode)capability)]);
        }

        return VaultAnswer.Data(data);
    }

    private JsonObject Mounts(VaultQuestion question) => new(state.Mounts
        .Where(pair => IsVisible(question, pair.Key))
        .Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)Described(pair.Value, null))));

    // A mount is seen by whoever has some rule under it.
    private bool IsVisible(VaultQuestion question, string mount) => question.Token is { } token
        && (token.Policies.Contains("root", StringComparer.Ordinal)
            || token.Policies.Select(state.Policies.Body).OfType<string>().Any(body => body.Contains($"\"{mount}", StringComparison.Ordinal)));

    private static JsonObject Described(IEngine engine, string? path)
    {
        var described = new JsonObject { ["type"] = engine.Type, ["description"] = string.Empty, ["options"] = engine.Options };
        if (path is not null)
        {
            described["path"] = path;
        }

        return described;
    }
}
