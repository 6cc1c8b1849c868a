using System.Text;

namespace RotateSecrets.Consumers.Templates;

/// <summary>A word of an action in a template.</summary>
/// <param name="Text">The word; of a quoted text, what stands between its quotes.</param>
/// <param name="IsQuoted">Whether it is a quoted text.</param>
internal readonly record struct TemplateWord(string Text, bool IsQuoted)
{
    /// <summary>Takes an action apart.</summary>
    public static List<TemplateWord> Read(string action)
    {
        var words = new List<TemplateWord>();
        if (action.StartsWith("/*", StringComparison.Ordinal))
        {
            return words;
        }

        for (var at = 0; at < action.Length;)
        {
            var from = at;
            if (action[at] is '"' or '`')
            {
                at = EndOfQuote(action, at);
                words.Add(new TemplateWord(Unquoted(action[from..at]), IsQuoted: true));
            }
            else if (IsPart(action[at]))
            {
                while (at < action.Length && IsPart(action[at]))
                {
                    at++;
                }

                words.Add(new TemplateWord(action[from..at], IsQuoted: false));
            }
            else
            {
                at++;
                if (!char.IsWhiteSpace(action[from]))
                {
                    words.Add(new TemplateWord(action[from..at], IsQuoted: false));
                }
            }
        }

        return words;
    }

    /// <summary>The place behind a quoted text.</summary>
    public static int EndOfQuote(string text, int start)
    {
        var quote = text[start];
        var at = start + 1;
        while (at < text.Length && text[at] != quote)
        {
            at += text[at] == '\\' && quote == '"' ? 2 : 1;
        }

        return Math.Min(at + 1, text.Length);
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '$';

    private static string Unquoted(string quoted)
    {
        var inner = quoted.Length > 1 && quoted[^1] == quoted[0] ? quoted[1..^1] : quoted[1..];
        if (quoted[0] == '`' || !inner.Contains('\\', StringComparison.Ordinal))
        {
            return inner;
        }

        var text = new StringBuilder();
        for (var i = 0; i < inner.Length; i++)
        {
            i += inner[i] == '\\' && i + 1 < inner.Length ? 1 : 0;
            text.Append(inner[i]);
        }

        return text.ToString();
    }
}
