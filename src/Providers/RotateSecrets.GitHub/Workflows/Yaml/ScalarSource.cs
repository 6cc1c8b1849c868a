using YamlDotNet.Core.Events;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>Finds what the complete parser has read as a scalar, to tell places inside it: the parser tells where it begins and ends only.</summary>
internal static class ScalarSource
{
    /// <summary>Finds it.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="parsed">The text as the parser was given it: as long, and alike but for blank lines.</param>
    /// <param name="scalar">What was read.</param>
    /// <returns>The scalar; without places of its characters where what stands there is read otherwise than it was read by the parser.</returns>
    public static YamlScalar Find(string text, string parsed, Scalar scalar)
    {
        var style = scalar.Style switch
        {
            YamlDotNet.Core.ScalarStyle.SingleQuoted => ScalarStyle.SingleQuoted,
            YamlDotNet.Core.ScalarStyle.DoubleQuoted => ScalarStyle.DoubleQuoted,
            YamlDotNet.Core.ScalarStyle.Literal => ScalarStyle.Literal,
            YamlDotNet.Core.ScalarStyle.Folded => ScalarStyle.Folded,
            _ => ScalarStyle.Plain,
        };
        var (start, end) = ((int)scalar.Start.Index, (int)Math.Min(scalar.End.Index, text.Length));
        var begin = SkipProperties(text, start, end);
        foreach (var (candidate, read) in Candidates(text, begin, end, style).Zip(Candidates(parsed, begin, end, style)))
        {
            if (read.Text == scalar.Value)
            {
                return candidate;
            }
        }

        return new YamlScalar(scalar.Value, start, style);
    }

    private static IEnumerable<YamlScalar> Candidates(string text, int start, int end, ScalarStyle style)
    {
        switch (style)
        {
            case ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted:
                return end - start >= 2 ? [new YamlScalar(text, start, start + 1, end - 1, style)] : [];
            case ScalarStyle.Plain:
                return start <= end ? [new YamlScalar(text, start, start, end, style)] : [];
            default:
                return Blocks(text, start, style);
        }
    }

    // An indentation that is written as a number is counted from what surrounds the block, so each that is possible is tried.
    private static IEnumerable<YamlScalar> Blocks(string text, int start, ScalarStyle style)
    {
        var (headerEnd, body) = BlockDecoder.LineFrom(text, start, text.Length);
        var header = text.AsSpan(start, headerEnd - start);
        header = header.IndexOf(" #") is var comment and >= 0 ? header[..comment] : header;
        var chomping = header.Contains('-') ? '-' : header.Contains('+') ? '+' : ' ';
        var isNumbered = header.IndexOfAnyInRange('1', '9') >= 0;
        var widest = WidthOfFirst(text, body);
        return Enumerable.Range(1, widest).Reverse().Take(isNumbered ? widest : 1)
            .Select(width => new YamlScalar(text, start, body, EndOf(text, body, width), style, new BlockShape(width, chomping)));
    }

    private static int WidthOfFirst(string text, int body)
    {
        for (var at = body; at < text.Length;)
        {
            var (end, next) = BlockDecoder.LineFrom(text, at, text.Length);
            if (text.AsSpan(at, end - at).IndexOfAnyExcept(' ') is var width and >= 0)
            {
                return width;
            }

            at = next;
        }

        return 0;
    }

    private static int EndOf(string text, int body, int width)
    {
        var at = body;
        while (at < text.Length)
        {
            var (end, next) = BlockDecoder.LineFrom(text, at, text.Length);
            if (text.AsSpan(at, end - at).IndexOfAnyExcept(' ') is var own and >= 0 && own < width)
            {
                break;
            }

            at = next;
        }

        return at;
    }

    // Anchors and tags stand before what they are about.
    private static int SkipProperties(string text, int start, int end)
    {
        while (start < end && text[start] is '&' or '!')
        {
            while (start < end && !char.IsWhiteSpace(text[start]))
            {
                start++;
            }

            while (start < end && (char.IsWhiteSpace(text[start]) || text[start] == '#'))
            {
                start = text[start] == '#' ? BlockDecoder.LineFrom(text, start, end).End : start + 1;
            }
        }

        return start;
    }
}
