using System.Globalization;
using System.Text;

namespace RotateSecrets.GitHub.Changes;

/// <summary>What is different between two states of a file in which no line was added or taken away: a rewriting changes names within lines.</summary>
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

        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"--- a/{path}\n+++ b/{path}\n");
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

    private static string[] Lines(ReadOnlySpan<byte> content)
    {
        var lines = Encoding.UTF8.GetString(content).Split('\n');

        // Behind the last line break there is no line.
        return lines is [.., ""] ? lines[..^1] : lines;
    }

    private static void Append(StringBuilder text, string[] old, string[] now, int start, int end)
    {
        for (var line = start; line <= end; line++)
        {
            if (old[line] == now[line])
            {
                text.Append(' ').Append(old[line].TrimEnd('\r')).Append('\n');
                continue;
            }

            text.Append('-').Append(old[line].TrimEnd('\r')).Append('\n').Append('+').Append(now[line].TrimEnd('\r')).Append('\n');
        }
    }
}
