using System.Globalization;
using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault;

/// <summary>The file audit device: for each request a line before and one after, texts in bodies as HMACs, numbers and paths as they are.</summary>
internal sealed class AuditTrail(ServerState state)
{
    private readonly Lock gate = new();

    public void Write(string type, VaultQuestion question, string from, VaultAnswer? answer)
    {
        if (state.AuditFile is not { } file)
        {
            return;
        }

        var entry = new JsonObject
        {
            ["time"] = state.Time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["type"] = type,
            ["auth"] = new JsonObject
            {
                ["client_token"] = question.Token is { } token ? state.Hash(token.Id) : null,
                ["display_name"] = question.Token?.Policies.Contains("root", StringComparer.Ordinal) == true ? "root" : "token",
                ["policies"] = new JsonArray([.. (question.Token?.Policies ?? []).Select(static policy => (JsonNode)policy)]),
                ["entity_id"] = string.Empty,
            },
            ["request"] = new JsonObject
            {
                ["id"] = Guid.NewGuid().ToString(),
                ["operation"] = question.Method switch { "GET" => "read", "LIST" => "list", "DELETE" => "delete", _ => "update" },
                ["path"] = question.Path,
                ["data"] = Hashed(question.Body.Count > 0 ? question.Body : new JsonObject(question.Query.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)))),
                ["remote_address"] = from,
            },
        };
        if (answer is not null)
        {
            entry["response"] = answer.Body?["data"] is JsonObject data ? new JsonObject { ["data"] = Hashed(data) } : new JsonObject();
            if (answer.Status >= 400)
            {
                entry["error"] = string.Join("; ", answer.Body?["errors"]?.AsArray().Select(static error => error!.ToString()) ?? []);
            }
        }

        lock (gate)
        {
            File.AppendAllText(file, entry.ToJsonString() + "\n");
        }
    }

    private JsonNode? Hashed(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, pair.Key is "created_time" or "deletion_time" ? pair.Value?.DeepClone() : Hashed(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Hashed)]),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => state.Hash(value.ToString()),
        _ => node?.DeepClone(),
    };
}
