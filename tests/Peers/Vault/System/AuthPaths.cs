using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault.SystemBackend;

/// <summary>What is under auth/: tokens, AppRoles, and methods that take any JWT or certificate that they were told to take.</summary>
internal sealed class AuthPaths(ServerState state)
{
    /// <summary>Whether a path is open to those who have no token.</summary>
    public static bool IsOpen(string path) => path.StartsWith("auth/", StringComparison.Ordinal) && path.EndsWith("/login", StringComparison.Ordinal);

    public VaultAnswer Answer(VaultQuestion question)
    {
        var now = state.Time.GetUtcNow();
        switch (question.Path.TrimEnd('/'), question.Method)
        {
            case ("auth/token/lookup-self", "GET"):
                var token = question.Token!;
                return VaultAnswer.Data(new JsonObject
                {
                    ["display_name"] = token.Policies.Contains("root", StringComparer.Ordinal) ? "root" : "token",
                    ["policies"] = new JsonArray([.. token.Policies.Select(static policy => (JsonNode)policy)]),
                    ["ttl"] = token.ExpiresAt is { } expires ? (int)(expires - now).TotalSeconds : 0,
                    ["creation_ttl"] = (int)token.Period.TotalSeconds,
                    ["renewable"] = token.IsRenewable,
                });
            case ("auth/token/renew-self", "POST"):
                return Renew(question.Token!, now);
            case ("auth/token/create", "POST"):
                var ttl = question.Body["ttl"] is { } text ? System.Xml.XmlConvert.ToTimeSpan("PT" + text.ToString().ToUpperInvariant()) : TimeSpan.FromHours(768);
                return LoggedIn(state.Issue([.. question.Body["policies"]!.AsArray().Select(static policy => policy!.ToString())], ttl, question.Body["renewable"]?.GetValue<bool>() ?? true));
            case (var path, "GET") when path.Contains("/role/", StringComparison.Ordinal):
                return state.Roles.TryGetValue(path, out var held)
                    ? VaultAnswer.Data(new JsonObject { ["token_policies"] = new JsonArray([.. held.Select(static policy => (JsonNode)policy)]), ["token_no_default_policy"] = false })
                    : VaultAnswer.Error(404);
            case (var path, "POST") when path.EndsWith("/login", StringComparison.Ordinal):
                return LogIn(path["auth/".Length..^"/login".Length], question.Body);
            default:
                return VaultAnswer.Error(404, $"no handler for route '{question.Path}'");
        }
    }

    private VaultAnswer LogIn(string mount, JsonObject body)
    {
        var presented = mount switch
        {
            "approle" => $"{body["role_id"]}:{body["secret_id"]}",
            "cert" => $"{body["name"]}",
            _ => $"{body["role"]}:{body["jwt"]}",
        };
        return state.Logins.TryGetValue((mount, presented), out var policies)
            ? LoggedIn(state.Issue(policies, TimeSpan.FromHours(1), isRenewable: true))
            : VaultAnswer.Error(400, "invalid credentials");
    }

    private static VaultAnswer Renew(VaultToken token, DateTimeOffset now)
    {
        if (!token.IsRenewable)
        {
            return VaultAnswer.Error(400, "lease is not renewable");
        }

        token.ExpiresAt = token.Limit < now + token.Period ? token.Limit : now + token.Period;
        token.Renewals++;
        return LoggedIn(token, (int)(token.ExpiresAt!.Value - now).TotalSeconds);
    }

    private static VaultAnswer LoggedIn(VaultToken token, int? seconds = null) => new(200, new JsonObject
    {
        ["auth"] = new JsonObject
        {
            ["client_token"] = token.Id,
            ["policies"] = new JsonArray([.. token.Policies.Select(static policy => (JsonNode)policy)]),
            ["lease_duration"] = seconds ?? (int)token.Period.TotalSeconds,
            ["renewable"] = token.IsRenewable,
        },
    });
}
