namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <content>Flow collections on one line.</content>
internal sealed partial class QuickReader
{
    // A collection, and where it ends; nothing where it is left to the complete parser.
    private (YamlNode? Node, int Behind) Flow(int from)
    {
        if (++depth > Deepest)
        {
            return (null, 0);
        }

        var result = text[from] == '[' ? FlowList(from) : FlowMap(from);
        depth--;
        return result;
    }

    private (YamlNode? Node, int Behind) FlowList(int from)
    {
        var items = new List<YamlNode>();
        var place = from;
        SkipSpaces(ref place, 1);
        if (place < end && text[place] == ']')
        {
            return (new YamlList(from, items), place + 1);
        }

        while (place < end)
        {
            var (item, behind) = FlowNode(place);
            if (item is null)
            {
                return (null, 0);
            }

            items.Add(item);
            SkipSpaces(ref behind, 0);
            if (behind < end && text[behind] == ']')
            {
                return (new YamlList(from, items), behind + 1);
            }

            if (behind >= end || text[behind] != ',')
            {
                return (null, 0);
            }

            place = behind;
            SkipSpaces(ref place, 1);
        }

        return (null, 0);
    }

    private (YamlNode? Node, int Behind) FlowMap(int from)
    {
        var entries = new List<(YamlScalar Key, YamlNode Value)>();
        var place = from;
        SkipSpaces(ref place, 1);
        if (place < end && text[place] == '}')
        {
            return (new YamlMap(from, entries), place + 1);
        }

        while (place < end)
        {
            if (Key(place) is not var (key, colon) || colon + 1 >= end)
            {
                return (null, 0);
            }

            place = colon;
            SkipSpaces(ref place, 1);
            var (value, behind) = place < end ? FlowNode(place) : (null, 0);
            if (value is null)
            {
                return (null, 0);
            }

            entries.Add((key, value));
            SkipSpaces(ref behind, 0);
            if (behind < end && text[behind] == '}')
            {
                return RepeatedNames.RepeatedIn(entries) is null ? (new YamlMap(from, entries), behind + 1) : (null, 0);
            }

            if (behind >= end || text[behind] != ',')
            {
                return (null, 0);
            }

            place = behind;
            SkipSpaces(ref place, 1);
        }

        return (null, 0);
    }

    private (YamlNode? Node, int Behind) FlowNode(int from)
    {
        var first = text[from];
        if (first is '[' or '{')
        {
            return Flow(from);
        }

        if (first is '"' or '\'')
        {
            var close = Closing(from);
            return close > 0 ? (Quoted(from, close), close + 1) : (null, 0);
        }

        var length = text.AsSpan(from, end - from).IndexOfAny(",[]{}");
        var behind = length > 0 ? from + length : -1;
        while (behind > from && text[behind - 1] == ' ')
        {
            behind--;
        }

        // A colon may make a pair of it, and a brace within it an expression: both are read otherwise than they look.
        return behind > from && text[from + length] is ',' or ']' or '}' && IsFlowPlain(text.AsSpan(from, behind - from))
            ? (new YamlScalar(text, from, from, behind, ScalarStyle.Plain), behind)
            : (null, 0);
    }

    private static bool IsFlowPlain(ReadOnlySpan<char> plain)
    {
        if (!char.IsLetterOrDigit(plain[0]) && plain[0] is not ('_' or '.' or '/' or '$'))
        {
            return false;
        }

        var colon = plain.IndexOf(':');
        return plain.IndexOf('#') < 0 && (colon < 0 || (colon + 1 < plain.Length && char.IsAsciiLetterOrDigit(plain[colon + 1]) && plain[(colon + 1)..].IndexOf(':') < 0));
    }
}
