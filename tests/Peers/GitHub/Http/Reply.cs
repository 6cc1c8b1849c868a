using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>An answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its body; null for none.</param>
public sealed record Reply(int Status, JsonNode? Body = null)
{
    private const string Documentation = "https://docs.github.com/rest";

    /// <summary>Headers that aren't in every answer.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>What the server would have answered by itself, where a test had it answer this; null where it is this.</summary>
    public Reply? Own { get; init; }

    /// <summary>A body that isn't JSON.</summary>
    public string? Raw { get; init; }

    public static Reply NoContent { get; } = new(204);

    /// <summary>GitHub's answer to what isn't there, and to what the caller may not see.</summary>
    public static Reply NotFound => Error(404, "Not Found");

    public static Reply Ok(JsonNode body) => new(200, body);

    public static Reply Created(JsonNode body) => new(201, body);

    public static Reply Error(int status, string message, params (string Name, string Value)[] headers) => new(
        status, new JsonObject { ["message"] = message, ["documentation_url"] = Documentation, ["status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture) })
    {
        Headers = headers,
    };

    /// <summary>An answer that says which member of what was sent is wrong.</summary>
    public static Reply Invalid(string resource, string field, string code, string? message = null)
    {
        var error = new JsonObject { ["resource"] = resource, ["field"] = field, ["code"] = code };
        if (message is not null)
        {
            error["message"] = message;
        }

        return new Reply(422, new JsonObject { ["message"] = "Validation Failed", ["errors"] = new JsonArray(error), ["documentation_url"] = Documentation, ["status"] = "422" });
    }
}

/// <summary>An answer that ends the work on a request.</summary>
/// <param name="reply">The answer.</param>
internal sealed class Refusal(Reply reply) : Exception(reply.Status.ToString(System.Globalization.CultureInfo.InvariantCulture))
{
    public Reply Reply => reply;
}
