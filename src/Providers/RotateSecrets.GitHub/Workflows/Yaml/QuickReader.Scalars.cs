using System.Buffers;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <content>Keys and scalars.</content>
internal sealed partial class QuickReader
{
    private const int LongestKey = 256;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./ ");

    // A key, and where its colon stands.
    private (YamlScalar Key, int Colon)? Key(int from)
    {
        var first = text[from];
        if (first is '"' or '\'')
        {
            var close = Closing(from);
            return close > 0 && close - from < LongestKey && IsColon(close + 1) ? (Quoted(from, close), close + 1) : null;
        }

        if (!char.IsAsciiLetterOrDigit(first) && first is not ('_' or '.' or '/'))
        {
            return null;
        }

        var length = text.AsSpan(from, end - from).IndexOfAnyExcept(KeyCharacters);
        return length is > 0 and < LongestKey && text[from + length - 1] != ' ' && IsColon(from + length)
            ? (new YamlScalar(text, from, from, from + length, ScalarStyle.Plain), from + length)
            : null;
    }

    private bool IsColon(int place) => place < end && text[place] == ':' && (place + 1 == end || text[place + 1] == ' ');

    // What stands on the rest of a line, and for a block on those behind it. The line that follows is looked at afterwards.
    private YamlNode? Inline(int from, int outer)
    {
        var first = text[from];
        if (first is '|' or '>')
        {
            return BlockScalar(from, outer);
        }

        YamlNode? node;
        int behind;
        if (first is '"' or '\'')
        {
            behind = Closing(from) + 1;
            node = behind > 0 ? Quoted(from, behind - 1) : null;
        }
        else if (first is '[' or '{')
        {
            (node, behind) = Flow(from);
        }
        else
        {
            behind = PlainEnd(from);
            node = behind > 0 ? new YamlScalar(text, from, from, behind, ScalarStyle.Plain) : null;
        }

        if (node is null || !EndsAt(behind))
        {
            return null;
        }

        Advance();
        return isStrange || indent > outer ? null : node;
    }

    // Whether nothing but a comment follows.
    private bool EndsAt(int place)
    {
        var comment = place;
        SkipSpaces(ref comment, 0);
        return comment >= end || (comment > place && text[comment] == '#');
    }

    private YamlScalar Quoted(int open, int close) =>
        new(text, open, open + 1, close, text[open] == '"' ? ScalarStyle.DoubleQuoted : ScalarStyle.SingleQuoted);

    // Where the quotation ends on its line; negative where it doesn't, or holds escapes that need the complete parser.
    private int Closing(int open)
    {
        var quote = text[open];
        for (var i = open + 1; i < end; i++)
        {
            var c = text[i];
            if (c == '\\' && quote == '"')
            {
                if (i + 1 >= end || text[i + 1] is not ('\\' or '"' or 'n'))
                {
                    return -1;
                }

                i++;
            }
            else if (c == quote)
            {
                if (quote == '"' || i + 1 >= end || text[i + 1] != '\'')
                {
                    return i;
                }

                i++;
            }
        }

        return -1;
    }

    // Where a scalar without quotes ends on its line; negative where it is none, or would be something else.
    private int PlainEnd(int from)
    {
        if (text[from] is ',' or '[' or ']' or '{' or '}' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`'
            || (text[from] is '-' or '?' or ':' && (from + 1 >= end || text[from + 1] == ' ')))
        {
            return -1;
        }

        var rest = text.AsSpan(from, end - from);
        if (rest.IndexOf(" #") is var comment and > 0)
        {
            rest = rest[..comment].TrimEnd(' ');
        }

        return rest[^1] == ':' || rest.IndexOf(": ") >= 0 ? -1 : from + rest.Length;
    }

    private YamlScalar? BlockScalar(int from, int outer)
    {
        var chomping = from + 1 < end && text[from + 1] is '-' or '+' ? text[from + 1] : ' ';
        if (!EndsAt(from + (chomping == ' ' ? 1 : 2)))
        {
            return null;
        }

        var (body, bodyEnd, inner, widestEmpty) = (next, next, -1, 0);
        while (next < text.Length)
        {
            var (lineEnd, after) = EndOf(next);
            var width = text.AsSpan(next, lineEnd - next).IndexOfAnyExcept(' ');
            if (width < 0)
            {
                widestEmpty = inner < 0 ? Math.Max(widestEmpty, lineEnd - next) : widestEmpty;
            }
            else if (inner < 0 && width > outer && width > 0)
            {
                inner = width;
                if (widestEmpty > inner || text[next + width] == '\t')
                {
                    return null;
                }
            }
            else if (width < inner || inner < 0)
            {
                if (text[next + width] == '\t')
                {
                    return null;
                }

                break;
            }

            next = bodyEnd = after;
        }

        // A block without a line that says something is rare enough to be left to the complete parser.
        if (inner < 0)
        {
            return null;
        }

        var scalar = new YamlScalar(
            text, from, body, bodyEnd, text[from] == '|' ? ScalarStyle.Literal : ScalarStyle.Folded, new BlockShape(inner, chomping));
        Advance();
        return isStrange || indent > outer ? null : scalar;
    }
}
