using System.Text;
using System.Text.RegularExpressions;

namespace RotateSecrets.GitHub.Consumers;

/// <summary>A pattern of the branches that may deploy to an environment.</summary>
/// <remarks>
/// Source: GitHub's page "Managing environments for deployment", section "Deployment branches and tags": the syntax is that of Ruby's File.fnmatch, and no wildcard but <c>**/</c> matches a slash.
/// </remarks>
internal sealed class BranchPattern
{
    private readonly Regex expression;

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">As GitHub has it.</param>
    public BranchPattern(string text) => expression = new Regex(Translated(text), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);

    /// <summary>Whether a branch is meant.</summary>
    /// <param name="branch">Its name.</param>
    public bool Matches(string branch) => expression.IsMatch(branch);

    private static string Translated(string text)
    {
        var pattern = new StringBuilder(@"\A");
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '*')
            {
                var isAnyDepth = text.AsSpan(i).StartsWith("**/") && (i == 0 || text[i - 1] == '/');
                pattern.Append(isAnyDepth ? "(?:[^/]+/)*" : "[^/]*");
                i += isAnyDepth ? 2 : 0;
            }
            else if (text[i] == '?')
            {
                pattern.Append("[^/]");
            }
            else if (text[i] == '[' && text.IndexOf(']', Math.Min(i + 2, text.Length)) is var close and > 0)
            {
                pattern.Append(Set(text[(i + 1)..close]));
                i = close;
            }
            else
            {
                i += text[i] == '\\' && i + 1 < text.Length ? 1 : 0;
                pattern.Append(Regex.Escape(text[i].ToString()));
            }
        }

        return pattern.Append(@"\z").ToString();
    }

    // Some characters and ranges; all others, after ! or ^.
    private static string Set(string text)
    {
        var isOthers = text[0] is '!' or '^';
        var set = new StringBuilder(isOthers ? "[^/" : "[");
        var own = isOthers ? text[1..] : text;
        for (var i = 0; i < own.Length; i++)
        {
            var isRange = i + 2 < own.Length && own[i + 1] == '-' && own[i] <= own[i + 2];
            set.Append(Escaped(own[i])).Append(isRange ? "-" + Escaped(own[i + 2]) : string.Empty);
            i += isRange ? 2 : 0;
        }

        return own.Length == 0 ? "[^/]" : set.Append(']').ToString();
    }

    private static string Escaped(char c) => FormattableString.Invariant($"\\u{(int)c:X4}");
}
