using System.Management.Automation.Runspaces;

namespace RotateSecrets.Shell;

/// <summary>A script and its arguments, read by the rules of <c>pwsh -File</c>: every value is a string, only <c>-Name:$false</c> is a truth value.</summary>
/// <param name="Script">The full path of the script.</param>
/// <param name="Arguments">Its arguments, in order; a positional one has no name.</param>
internal sealed record CommandLine(string Script, IReadOnlyList<CommandParameter> Arguments)
{
    /// <summary>Reads what the program was started with. Null: it names no script.</summary>
    public static CommandLine? Parse(IReadOnlyList<string> words)
    {
        var script = words.Count > 0 ? words[0] : null;
        return string.IsNullOrWhiteSpace(script) || IsDash(script[0])
            ? null
            : new CommandLine(Path.GetFullPath(script), [.. Bind(words.Skip(words.ElementAtOrDefault(1) is "--" ? 2 : 1))]);
    }

    private static IEnumerable<CommandParameter> Bind(IEnumerable<string> words)
    {
        // `-Name:` takes the next word as its value, even if that begins with a dash.
        string? pending = null;
        foreach (var word in words)
        {
            var colon = word.IndexOf(':', StringComparison.Ordinal);
            if (pending is not null)
            {
                yield return new CommandParameter(pending, word);
                pending = null;
            }
            else if (word.Length < 2 || !IsDash(word[0]))
            {
                yield return new CommandParameter(null, word);
            }
            else if (colon < 0)
            {
                yield return new CommandParameter(word);
            }
            else if (colon == word.Length - 1)
            {
                pending = word.TrimEnd(':');
            }
            else
            {
                yield return new CommandParameter(word[..colon], TruthOrText(word[(colon + 1)..]));
            }
        }
    }

    private static object TruthOrText(string value) =>
        bool.TryParse(value.StartsWith('$') ? value[1..] : value, out var truth) ? truth : value;

    // A script pasted from a document may have a typographic dash; PowerShell takes all of these.
    private static bool IsDash(char character) => character is '-' or '\u2013' or '\u2014' or '\u2015';
}
