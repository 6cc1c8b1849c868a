using System.Text.RegularExpressions;

namespace RotateSecrets.Local.Services;

/// <summary>
/// Puts an instance's numbers into a text: <c>{replica}</c>, counted from 1, and <c>{port}</c>. Any other word of letters in braces is a mistake; whoever means the braces
/// doubles them. Braces around anything else stand for themselves.
/// </summary>
internal static partial class Placeholders
{
    public const string Replica = "replica";
    public const string Port = "port";

    /// <summary>The words that stand in single braces.</summary>
    public static IEnumerable<string> In(string text) =>
        Pattern().Matches(text).Where(static match => match.Groups["word"].Success).Select(static match => match.Groups["word"].Value);

    /// <summary>Puts them in.</summary>
    /// <param name="text">The text.</param>
    /// <param name="replica">Which instance, counted from 1.</param>
    /// <param name="ports">The ports of all instances; empty where they have none.</param>
    public static string Fill(string text, int replica, IReadOnlyList<int> ports) => Pattern().Replace(text, match => match.Groups["word"].Value switch
    {
        Replica => FormattableString.Invariant($"{replica}"),
        Port when ports.Count >= replica => FormattableString.Invariant($"{ports[replica - 1]}"),
        _ => match.Value.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal),
    });

    [GeneratedRegex(@"\{\{[A-Za-z]+\}\}|\{(?<word>[A-Za-z]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Pattern();
}
