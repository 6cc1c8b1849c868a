using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault;

/// <summary>
/// The audit devices, a file and a socket: for each request a line before and one after. Texts in bodies, and whatever a request says, are HMACs; numbers in answers and paths are as they are.
/// </summary>
internal sealed class AuditTrail(ServerState state)
{
    private readonly Lock gate = new();

    public void Write(string type, string id, VaultQuestion question, string from, VaultAnswer? answer)
    {
        if (state.AuditFile is null && state.AuditSocket is null)
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
                ["id"] = id,
                ["operation"] = question.Method switch { "GET" => "read", "LIST" => "list", "DELETE" => "delete", _ => "update" },
                ["path"] = question.Path,
                ["data"] = Hashed(isRequest: true, question.Body.Count > 0 ? question.Body : new JsonObject(question.Query.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)))),
                ["remote_address"] = from,
            },
        };
        if (answer is not null)
        {
            entry["response"] = answer switch
            {
                { Status: 404, Body: { } body } when body["data"] is JsonObject => new JsonObject
                {
                    ["data"] = new JsonObject { ["http_raw_body"] = state.Hash(body.ToJsonString()), ["http_status_code"] = answer.Status },
                },
                { Body: { } body } when body["data"] is JsonObject data => new JsonObject { ["data"] = Hashed(isRequest: false, data) },
                _ => new JsonObject(),
            };
            if (answer.Status >= 400)
            {
                entry["error"] = string.Join("; ", answer.Body?["errors"]?.AsArray().Select(static error => error!.ToString()) ?? []);
            }
        }

        lock (gate)
        {
            var line = entry.ToJsonString() + "\n";
            if (state.AuditFile is { } file)
            {
                File.AppendAllText(file, line);
            }

            state.AuditSocket?.Send(Encoding.UTF8.GetBytes(line));
        }
    }

    private JsonNode? Hashed(bool isRequest, JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, pair.Key is "created_time" or "deletion_time" ? pair.Value?.DeepClone() : Hashed(isRequest, pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(item => Hashed(isRequest, item))]),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String || (isRequest && value.GetValueKind() == System.Text.Json.JsonValueKind.Number) => state.Hash(value.ToString()),
        _ => node?.DeepClone(),
    };
}
