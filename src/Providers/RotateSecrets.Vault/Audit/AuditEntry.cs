using System.Globalization;
using System.Text.Json;
using RotateSecrets.Vault.Client;
using RotateSecrets.Vault.Login;

namespace RotateSecrets.Vault.Audit;

/// <summary>
/// What an entry of an audit device tells. Only answers count: they alone say which version was given. Texts in bodies are HMACs there; paths and numbers are not
/// (Vault's page "Audit devices").
/// </summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Namespace">In which namespace, without slashes at its ends; empty for the root.</param>
/// <param name="Path">The path.</param>
/// <param name="Operation">The server's word: read, list, create, update, patch, delete.</param>
/// <param name="Id">The request's id, which whoever made it was told.</param>
/// <param name="Versions">The versions that it is about, as far as the answer tells.</param>
/// <param name="Hashes">Where it doesn't: the HMACs of the versions that were asked for.</param>
/// <param name="Principal">Who did it.</param>
/// <param name="From">From where.</param>
/// <param name="IsRefused">Whether it was refused, or there was nothing.</param>
internal sealed record AuditEntry(
    DateTimeOffset At, string Namespace, string Path, string Operation, string Id, IReadOnlyList<int> Versions, IReadOnlyList<string> Hashes, string Principal, string? From, bool IsRefused)
{
    /// <summary>Reads an entry.</summary>
    /// <returns>The entry; null for one that is no answer, or not JSON.</returns>
    public static AuditEntry? Read(ReadOnlyMemory<byte> line)
    {
        // A device may be told to write a word before each line.
        var brace = line.Span.IndexOf((byte)'{');
        if (brace < 0)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line[brace..]);
            var (root, request) = (document.RootElement, document.RootElement.Member("request"));
            return root.Text("type") == "response" && request.Text("path") is { } path && root.Moment("time") is { } at
                ? new AuditEntry(
                    at,
                    request.Member("namespace").Text("path")?.Trim('/') ?? string.Empty,
                    path,
                    request.Text("operation") ?? string.Empty,
                    request.Text("id") ?? string.Empty,
                    VersionsOf(request, root.Member("response").Member("data")),
                    HashesOf(request),
                    PrincipalOf(root.Member("auth")),
                    request.Text("remote_address"),
                    !string.IsNullOrEmpty(root.Text("error")) || IsNothing(request, root.Member("response")))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A version that was deleted or destroyed is answered with what is known of it, and no value; the body of that answer is one HMAC.
    private static bool IsNothing(JsonElement request, JsonElement response) =>
        request.Text("operation") == "read"
        && (response.Member("data").ValueKind != JsonValueKind.Object
            || response.Member("data").Number("http_status_code") >= 400
            || response.Member("data").Member("data").ValueKind == JsonValueKind.Null);

    private static int[] VersionsOf(JsonElement request, JsonElement data)
    {
        var answered = data.Member("metadata").Number("version") is not 0 and var read ? read : data.Number("version");
        var asked = request.Member("data");
        return answered != 0
            ? [(int)answered]
            : asked.Member("versions") is { ValueKind: JsonValueKind.Array } several
                ? [.. several.EnumerateArray().Select(NumberIn).Where(static number => number > 0)]
                : NumberIn(asked.Member("version")) is > 0 and var one ? [one] : [];
    }

    // Where the device is told to write everything as it is (log_raw), or the mount names the key as none to hide.
    private static int NumberIn(JsonElement text) =>
        text.ValueKind is JsonValueKind.String or JsonValueKind.Number && int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // What a request says is text to the server, even where it is a number.
    private static List<string> HashesOf(JsonElement request)
    {
        var (one, several) = (request.Member("data").Text("version"), request.Member("data").Texts("versions"));
        return [.. several.Concat(one is null ? [] : [one]).Where(static text => text.StartsWith("hmac-", StringComparison.Ordinal))];
    }

    private static string PrincipalOf(JsonElement auth)
    {
        var name = auth.Text("display_name") is { Length: > 0 } display ? display : "unknown";
        return VaultToken.PrincipalOf(name, auth.Text("entity_id") ?? string.Empty);
    }
}
