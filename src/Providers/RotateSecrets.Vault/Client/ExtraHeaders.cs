using System.Text.Json;

namespace RotateSecrets.Vault.Client;

/// <summary>Headers that go with every request besides this client's own. Their values may be credentials for a proxy, and are never shown.</summary>
internal static class ExtraHeaders
{
    // What begins so is the client's alone, as the vault program has it.
    private const string Reserved = "X-Vault-";

    /// <summary>Reads a JSON object of texts.</summary>
    /// <returns>The headers; null where the text is none, or holds what can't be one.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>>? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var headers = document.RootElement.Members().Select(member => KeyValuePair.Create(member.Name, document.RootElement.Text(member.Name) ?? "\0")).ToList();
            return document.RootElement.ValueKind == JsonValueKind.Object && headers.TrueForAll(static header => IsHeader(header.Key, header.Value)) ? headers : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsHeader(string name, string value)
    {
        using var request = new HttpRequestMessage();
        return value.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && !name.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase) && request.Headers.TryAddWithoutValidation(name, value);
    }
}
