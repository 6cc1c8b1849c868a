using System.Globalization;
using System.Text.Json;

namespace RotateSecrets.Vault.Client;

/// <summary>Reads what may or may not be in an answer: servers of different age leave out different things.</summary>
internal static class JsonMembers
{
    /// <summary>A member; of the kind Undefined where there is none, or where this is no object.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static long Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : 0;

    public static bool Flag(this JsonElement element, string name) => element.Member(name).ValueKind == JsonValueKind.True;

    /// <summary>A time with nanoseconds and any offset; null where it is empty or none.</summary>
    public static DateTimeOffset? Moment(this JsonElement element, string name) =>
        element.Text(name) is { Length: > 0 } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUniversalTime()
            : null;

    public static IReadOnlyList<string> Texts(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } array
            ? [.. array.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)]
            : [];

    public static IEnumerable<JsonProperty> Members(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];
}
