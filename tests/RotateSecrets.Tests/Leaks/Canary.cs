using System.Text;
using System.Text.Json;

namespace RotateSecrets.Tests.Leaks;

/// <summary>A secret that is looked for in everything that comes out, in each form in which it might.</summary>
internal static class Canary
{
    // Characters that every escaping treats in its own way.
    public const string Text = "c4n4ry/+\"<&é\\ Zq8";

    private static readonly string[] Forms = [.. AllForms().Distinct(StringComparer.Ordinal)];

    /// <summary>Asserts that the text holds the canary in no form.</summary>
    public static void AssertAbsent(string where, string? text)
    {
        foreach (var form in Forms)
        {
            Assert.False(text is not null && text.Contains(form, StringComparison.OrdinalIgnoreCase), $"{where} holds the secret as {form}");
        }
    }

    private static IEnumerable<string> AllForms()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        yield return Text;
        yield return Convert.ToHexString(bytes);
        yield return BitConverter.ToString(bytes);
        yield return string.Join(' ', bytes);
        yield return string.Join(',', bytes);
        yield return Uri.EscapeDataString(Text);
        yield return System.Net.WebUtility.UrlEncode(Text);
        yield return System.Net.WebUtility.HtmlEncode(Text);
        yield return JsonSerializer.Serialize(Text).Trim('"');
        yield return Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

        // Base64 of a text depends on where in a longer one it stands: the inner characters of each of the three alignments.
        for (var shift = 0; shift < 3; shift++)
        {
            var shifted = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            yield return shifted[(shift == 0 ? 0 : 4)..^4];
            yield return shifted[(shift == 0 ? 0 : 4)..^4].Replace('+', '-').Replace('/', '_');
        }
    }
}
