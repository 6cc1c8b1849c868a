using System.Globalization;
using System.Text.Json;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>Looks into answers whose shape may be any.</summary>
internal static class JsonPath
{
    /// <summary>What stands at the end of a path of names; an undefined element where nothing does.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    public static string? Text(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.At(names) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static int? Whole(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.At(names) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    public static long? Long(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.At(names) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public static bool Flag(this JsonElement element, params ReadOnlySpan<string> names) => element.At(names).ValueKind == JsonValueKind.True;

    public static DateTimeOffset? Moment(this JsonElement element, params ReadOnlySpan<string> names) =>
        DateTimeOffset.TryParse(element.Text(names), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.At(names) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Members(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.At(names) is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject() : [];

    /// <summary>A number or a percentage, as maxUnavailable is written.</summary>
    public static int? Share(this JsonElement element, int of, bool up, params ReadOnlySpan<string> names)
    {
        if (element.Whole(names) is { } number)
        {
            return number;
        }

        return element.Text(names) is { } text && text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture, out var percent)
            ? ((percent * of) + (up ? 99 : 0)) / 100
            : null;
    }
}
