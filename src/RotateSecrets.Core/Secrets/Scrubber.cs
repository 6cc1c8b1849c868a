using System.Net;
using System.Text;
using System.Text.Json;

namespace RotateSecrets.Secrets;

/// <summary>Takes secrets out of text that others wrote: a log, an event, an answer. It knows them raw, in hex, in base64, and escaped for URLs, JSON and HTML.</summary>
public sealed class Scrubber
{
    private const string Blank = "***";
    private const int ShortestForm = 4;

    private readonly string[] forms;

    /// <summary>Knows some secrets.</summary>
    /// <param name="secrets">The secrets. They stay the caller's to dispose of.</param>
    public Scrubber(IEnumerable<SecretValue> secrets) => forms =
    [
        .. secrets.SelectMany(static secret => secret.Reveal(Forms))
            .Where(static form => form.Length >= ShortestForm)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(static form => form.Length),
    ];

    /// <summary>The text without the secrets.</summary>
    /// <param name="text">The text.</param>
    public string Scrub(string text) => forms.Aggregate(text, static (scrubbed, form) => scrubbed.Replace(form, Blank, StringComparison.OrdinalIgnoreCase));

    private static List<string> Forms(ReadOnlySpan<byte> bytes)
    {
        var raw = Encoding.UTF8.GetString(bytes);
        var all = new List<string>
        {
            raw,
            Convert.ToHexString(bytes),
            Uri.EscapeDataString(raw),
            WebUtility.UrlEncode(raw),
            WebUtility.HtmlEncode(raw),
            JsonSerializer.Serialize(raw)[1..^1],
        };

        // In base64 a text looks different at each of three offsets; its edges depend on the neighbours, its middle doesn't.
        for (var offset = 0; offset < 3; offset++)
        {
            var padded = new byte[offset + bytes.Length];
            bytes.CopyTo(padded.AsSpan(offset));
            var encoded = Convert.ToBase64String(padded);
            var middle = encoded[(offset == 0 ? 0 : 4)..Math.Max(offset == 0 ? 0 : 4, padded.Length / 3 * 4)];
            all.Add(middle);
            all.Add(middle.Replace('+', '-').Replace('/', '_'));
        }

        // A value of several lines is printed line by line.
        all.AddRange(raw.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return all;
    }
}
