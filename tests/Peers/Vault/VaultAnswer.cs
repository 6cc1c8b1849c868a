using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault;

/// <summary>An answer: a status and, perhaps, a body.</summary>
public sealed record VaultAnswer(int Status, JsonObject? Body = null)
{
    /// <summary>Where the request is sent on to; null where it isn't.</summary>
    public Uri? Location { get; init; }

    public static VaultAnswer Nothing { get; } = new(204);

    /// <summary>An answer with data.</summary>
    public static VaultAnswer Data(JsonObject data, int status = 200) => new(status, new JsonObject
    {
        ["request_id"] = Guid.NewGuid().ToString(),
        ["lease_id"] = string.Empty,
        ["renewable"] = false,
        ["lease_duration"] = 0,
        ["data"] = data,
    });

    public static VaultAnswer Keys(IEnumerable<string> keys) =>
        keys.ToList() is { Count: > 0 } found ? Data(new JsonObject { ["keys"] = new JsonArray([.. found.Select(static key => (JsonNode)key)]) }) : Error(404);

    /// <summary>An error, with what the server says of it.</summary>
    public static VaultAnswer Error(int status, params string[] errors) =>
        new(status, new JsonObject { ["errors"] = new JsonArray([.. errors.Select(static error => (JsonNode)error)]) });

    public static VaultAnswer Denied { get; } = Error(403, "permission denied");
}

/// <summary>A request, once its token is known.</summary>
/// <param name="Method">GET, LIST, POST or DELETE: a GET with list=true is a LIST, and a PUT a POST.</param>
/// <param name="Path">The path behind /v1/, unescaped.</param>
/// <param name="Query">The query.</param>
/// <param name="Body">The body; empty where there was none.</param>
/// <param name="Token">Whose it is; null where there is none.</param>
public sealed record VaultQuestion(string Method, string Path, IReadOnlyDictionary<string, string> Query, JsonObject Body, VaultToken? Token)
{
    /// <summary>The state that the node must have reached; null where the client names none.</summary>
    public ulong? Required { get; init; }

    /// <summary>Whether it may be handed on to the active node by one that hasn't.</summary>
    public bool MayBeForwarded { get; init; }

    /// <summary>In which namespace; empty for the root.</summary>
    public string Namespace { get; init; } = string.Empty;

    /// <summary>All headers, by name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>What a policy has to grant for it.</summary>
    public string Capability(bool exists) => Method switch
    {
        "GET" => "read",
        "LIST" => "list",
        "DELETE" => "delete",
        _ => exists ? "update" : "create",
    };
}

/// <summary>A token.</summary>
public sealed class VaultToken(string id, IReadOnlyList<string> policies, DateTimeOffset? expiresAt, TimeSpan period, bool isRenewable)
{
    public string Id { get; } = id;

    public IReadOnlyList<string> Policies { get; } = policies;

    public DateTimeOffset? ExpiresAt { get; set; } = expiresAt;

    public TimeSpan Period { get; } = period;

    public bool IsRenewable { get; } = isRenewable;

    public int Renewals { get; set; }

    /// <summary>Beyond which it can't be renewed; null for never.</summary>
    public DateTimeOffset? Limit { get; set; }
}
