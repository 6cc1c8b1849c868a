using System.Text.Json;

namespace RotateSecrets.GitHub.Client;

/// <summary>Takes values out of answers without trusting their shape.</summary>
internal static class JsonReading
{
    /// <summary>A member; undefined where there is none.</summary>
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>A member that is a text; null where it is none.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    /// <summary>A member that is a whole number; null where it is none.</summary>
    public static long? Number(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var number) ? number : null;

    /// <summary>Whether a member is true.</summary>
    public static bool Flag(this JsonElement element, string name) => element.At(name).ValueKind == JsonValueKind.True;

    /// <summary>A member that is a moment; null where it is none.</summary>
    public static DateTimeOffset? Moment(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.String } member && member.TryGetDateTimeOffset(out var moment) ? moment.ToUniversalTime() : null;

    /// <summary>The elements of a list; none where it is no list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];
}
