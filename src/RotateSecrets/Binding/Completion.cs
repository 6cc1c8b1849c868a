using System.Management.Automation;

namespace RotateSecrets.Binding;

/// <summary>Makes completion results of candidates.</summary>
internal static class Completion
{
    public static IEnumerable<CompletionResult> Of(string? word, IEnumerable<string> candidates)
    {
        var bare = (word ?? string.Empty).Trim('\'', '"');
        return candidates
            .Where(candidate => candidate.StartsWith(bare, StringComparison.OrdinalIgnoreCase))
            .Select(static candidate => new CompletionResult(Quote(candidate), candidate, CompletionResultType.ParameterValue, candidate));
    }

    // A '#' inside a word is no comment, but white space ends the word, and these characters begin something else.
    private static string Quote(string text) =>
        text.IndexOfAny([' ', '\t', '\'', '"', '`', '$', '(', ')', '{', '}', '[', ']', ';', ',', '&', '|', '@', '<', '>']) < 0
            ? text
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
