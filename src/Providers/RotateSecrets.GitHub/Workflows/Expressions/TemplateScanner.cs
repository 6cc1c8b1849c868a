namespace RotateSecrets.GitHub.Workflows.Expressions;

/// <summary>An expression within a text.</summary>
/// <param name="Start">Where it begins, behind the braces.</param>
/// <param name="End">Where it ends, before the braces.</param>
/// <param name="IsClosed">Whether it is closed by braces.</param>
internal readonly record struct TemplateExpression(int Start, int End, bool IsClosed)
{
    /// <summary>What it says; null where GitHub would refuse it.</summary>
    /// <param name="text">The text in which it stands.</param>
    public Expression? Root(string text) => IsClosed ? ExpressionParser.Parse(text, Start, End) : null;
}

/// <summary>Finds the expressions <c>${{ ... }}</c> in a text, as GitHub's runner does: braces within apostrophes don't end one.</summary>
internal static class TemplateScanner
{
    /// <summary>Finds them.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The expressions in their order; the last one may not be closed.</returns>
    public static IReadOnlyList<TemplateExpression> Find(string text)
    {
        var found = new List<TemplateExpression>();
        for (var open = text.IndexOf("${{", StringComparison.Ordinal); open >= 0;)
        {
            var start = open + 3;
            if (Closing(text, start) is not { } close)
            {
                found.Add(new TemplateExpression(start, text.Length, IsClosed: false));
                break;
            }

            found.Add(new TemplateExpression(start, close, IsClosed: true));
            open = text.IndexOf("${{", close + 2, StringComparison.Ordinal);
        }

        return found;
    }

    private static int? Closing(string text, int start)
    {
        var isQuoted = false;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\'')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && text[i] == '}' && i + 1 < text.Length && text[i + 1] == '}')
            {
                return i;
            }
        }

        return null;
    }
}
