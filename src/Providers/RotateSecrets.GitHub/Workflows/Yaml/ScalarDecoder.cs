using System.Globalization;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>Tells what a scalar says, and where each of its characters stands. The rules are those of YAML 1.2, chapters 7.3 (flow scalars) and 8.1 (block scalars).</summary>
internal static class ScalarDecoder
{
    /// <summary>Decodes a scalar.</summary>
    /// <param name="source">The text of the file.</param>
    /// <param name="from">Where what it says begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="style">How it is written.</param>
    /// <param name="shape">For a block, its shape.</param>
    public static ScalarText Decode(string source, int from, int to, ScalarStyle style, BlockShape shape)
    {
        if (style is ScalarStyle.Literal or ScalarStyle.Folded)
        {
            return BlockDecoder.Decode(source, from, to, style == ScalarStyle.Folded, shape);
        }

        var raw = source.AsSpan(from, to - from);
        var isVerbatim = style switch
        {
            ScalarStyle.SingleQuoted => raw.IndexOfAny('\'', '\n', '\r') < 0,
            ScalarStyle.DoubleQuoted => raw.IndexOfAny('\\', '\n', '\r') < 0,
            _ => raw.IndexOfAny('\n', '\r') < 0,
        };
        return isVerbatim ? new ScalarText(raw.ToString(), [new TextRun(0, from, to - from)]) : Flow(source, from, to, style);
    }

    private static ScalarText Flow(string source, int from, int to, ScalarStyle style)
    {
        var text = new ScalarBuilder(source);
        var (taken, i) = (from, from);
        while (i < to)
        {
            var c = source[i];
            if (c is '\n' or '\r')
            {
                text.Take(taken, Trimmed(source, taken, i));
                taken = i = Fold(source, i, to, text);
            }
            else if (c == '\'' && style == ScalarStyle.SingleQuoted)
            {
                // Two stand for one.
                text.Take(taken, i + 1);
                taken = i = Math.Min(i + 2, to);
            }
            else if (c == '\\' && style == ScalarStyle.DoubleQuoted && i + 1 < to)
            {
                text.Take(taken, i);
                taken = i = Escape(source, i + 1, to, text);
            }
            else
            {
                i++;
            }
        }

        text.Take(taken, to);
        return text.Done();
    }

    // One line end becomes a space, each further one stays.
    private static int Fold(string source, int at, int to, ScalarBuilder text)
    {
        var breaks = 0;
        while (at < to && source[at] is '\n' or '\r' or ' ' or '\t')
        {
            breaks += source[at] == '\n' || (source[at] == '\r' && (at + 1 >= to || source[at + 1] != '\n')) ? 1 : 0;
            at++;
        }

        text.Add(breaks == 1 ? ' ' : '\n', Math.Max(1, breaks - 1));
        return at;
    }

    private static int Trimmed(string source, int from, int to)
    {
        while (to > from && source[to - 1] is ' ' or '\t')
        {
            to--;
        }

        return to;
    }

    // What follows a backslash; the answer is where it goes on.
    private static int Escape(string source, int at, int to, ScalarBuilder text)
    {
        var c = source[at];
        if (c is '\n' or '\r')
        {
            at += c == '\r' && at + 1 < to && source[at + 1] == '\n' ? 2 : 1;
            while (at < to && source[at] is ' ' or '\t')
            {
                at++;
            }

            return at;
        }

        var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            var end = Math.Min(at + 1 + digits, to);
            return int.TryParse(source.AsSpan(at + 1, end - at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && text.Add(number) ? end : at + 1;
        }

        text.Add(c switch
        {
            '0' => '\0', 'a' => '\a', 'b' => '\b', 't' or '\t' => '\t', 'n' => '\n', 'v' => '\v', 'f' => '\f', 'r' => '\r', 'e' => '\u001B',
            'N' => '\u0085', '_' => '\u00A0', 'L' => '\u2028', 'P' => '\u2029',
            _ => c,
        });
        return at + 1;
    }
}
