namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>Tells what a block scalar says.</summary>
internal static class BlockDecoder
{
    /// <summary>Decodes the lines of a block.</summary>
    /// <param name="source">The text of the file.</param>
    /// <param name="from">Where the first line begins.</param>
    /// <param name="to">Where the last line ends, and the empty ones behind it.</param>
    /// <param name="isFolded">Whether lines are joined.</param>
    /// <param name="shape">Its shape.</param>
    public static ScalarText Decode(string source, int from, int to, bool isFolded, BlockShape shape)
    {
        var text = new ScalarBuilder(source);
        var (pending, wasLoose, hasText) = (0, false, false);
        for (var at = from; at < to;)
        {
            var (end, next) = LineFrom(source, at, to);
            var begin = Math.Min(at + shape.Indent, end);
            if (begin < end)
            {
                // A line that is further in keeps its line ends, and so do its neighbours.
                var isLoose = source[begin] is ' ' or '\t';
                var isJoined = isFolded && hasText && !isLoose && !wasLoose;
                if (isJoined && pending == 1)
                {
                    text.Add(' ');
                }
                else
                {
                    text.Add('\n', isJoined ? pending - 1 : pending);
                }

                text.Take(begin, end);
                (pending, wasLoose, hasText) = (0, isLoose, true);
            }

            pending += next > end ? 1 : 0;
            at = next;
        }

        text.Add('\n', shape.Chomping switch { '-' => 0, '+' => pending, _ => hasText ? Math.Min(pending, 1) : 0 });
        return text.Done();
    }

    /// <summary>The end of a line without its line end, and where the next one begins.</summary>
    public static (int End, int Next) LineFrom(string source, int at, int to)
    {
        var length = source.AsSpan(at, to - at).IndexOfAny('\n', '\r');
        if (length < 0)
        {
            return (to, to);
        }

        var end = at + length;
        return (end, source[end] == '\r' && end + 1 < to && source[end + 1] == '\n' ? end + 2 : end + 1);
    }
}
