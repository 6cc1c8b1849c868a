using System.Globalization;
using System.Text;

namespace RotateSecrets.GitHub.Changes;

/// <summary>What is different between two states of a file in which no line was added or taken away: a rewriting changes names within lines. <c>git apply</c> and <c>patch</c> take it.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>The difference, as git shows it; empty where there is none.</summary>
    public static string Of(string path, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var old = Lines(before);
        var now = Lines(after);
        var changed = Enumerable.Range(0, Math.Min(old.Length, now.Length)).Where(i => old[i] != now[i]).ToList();
        if (changed.Count == 0)
        {
            return string.Empty;
        }

        // What stands behind a name with spaces has to be told from it.
        var behind = path.Contains(' ', StringComparison.Ordinal) ? "\t" : string.Empty;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"--- a/{path}{behind}\n+++ b/{path}{behind}\n");
        for (var i = 0; i < changed.Count;)
        {
            var start = Math.Max(0, changed[i] - Context);
            var last = i;
            while (last + 1 < changed.Count && changed[last + 1] - changed[last] <= 2 * Context)
            {
                last++;
            }

            var end = Math.Min(old.Length - 1, changed[last] + Context);
            text.Append(CultureInfo.InvariantCulture, $"@@ -{start + 1},{end - start + 1} +{start + 1},{end - start + 1} @@\n");
            Append(text, old, now, start, end);
            i = last + 1;
        }

        return text.ToString();
    }

    // Each with its line end, which is a part of it.
    private static string[] Lines(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content);
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            lines.Add(end < 0 ? text[at..] : text[at..(end + 1)]);
            at = end < 0 ? text.Length : end + 1;
        }

        return [.. lines];
    }

    private static void Append(StringBuilder text, string[] old, string[] now, int start, int end)
    {
        for (var line = start; line <= end; line++)
        {
            if (old[line] == now[line])
            {
                Append(text, ' ', old[line]);
                continue;
            }

            Append(text, '-', old[line]);
            Append(text, '+', now[line]);
        }
    }

    private static void Append(StringBuilder text, char sign, string line) =>
        text.Append(sign).Append(line).Append(line.EndsWith('\n') ? string.Empty : "\n\\ No newline at end of file\n");
}
