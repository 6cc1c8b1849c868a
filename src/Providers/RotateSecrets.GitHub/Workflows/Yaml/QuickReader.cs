using System.Buffers;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>
/// Reads YAML as nearly every workflow is written: nested blocks, scalars on one line, block scalars, flow collections on one line. It is some ten times as quick as the complete parser. Whatever it
/// isn't sure to read as that one does, and everything that is wrong, it leaves to it.
/// </summary>
internal sealed partial class QuickReader
{
    private const int Deepest = 40;

    private static readonly SearchValues<char> Unusual = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(static c => c is not ('\t' or '\n' or '\r')).Select(static c => (char)c), '\u007F', '\u0085', '\u2028', '\u2029', '\uFEFF']);

    private readonly string text;
    private int depth;

    // The line that is looked at: where it begins, where its first character stands, where its last one ends, and where the next line begins.
    private int line;
    private int at;
    private int end;
    private int next;

    // The column of the node that is looked at; negative behind the last line.
    private int indent;
    private bool isStrange;

    private QuickReader(string text) => this.text = text;

    /// <summary>Reads a document.</summary>
    /// <param name="text">The text of the file.</param>
    /// <returns>The document; null where it is left to the complete parser.</returns>
    public static YamlNode? Read(string text)
    {
        if (text.AsSpan().IndexOfAny(Unusual) >= 0 || (text.Contains('\r', StringComparison.Ordinal) && HasLoneReturn(text)))
        {
            return null;
        }

        var reader = new QuickReader(text);
        reader.Advance();
        if (reader.indent == 0 && reader.Line is "---")
        {
            reader.isStrange = false;
            reader.Advance();
        }

        var root = reader.indent < 0 || reader.isStrange ? null : reader.Block(-1) as YamlMap;
        return reader.isStrange || reader.indent >= 0 ? null : root;
    }

    private ReadOnlySpan<char> Line => text.AsSpan(at, end - at);

    private static bool HasLoneReturn(string text)
    {
        for (var i = text.IndexOf('\r', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\r', i + 1))
        {
            if (i + 1 == text.Length || text[i + 1] != '\n')
            {
                return true;
            }
        }

        return false;
    }

    // To the next line that says something.
    private void Advance()
    {
        while (next < text.Length)
        {
            line = next;
            (end, next) = EndOf(line);
            at = line;
            while (at < end && text[at] == ' ')
            {
                at++;
            }

            if (at == end || text[at] == '#')
            {
                continue;
            }

            while (text[end - 1] == ' ')
            {
                end--;
            }

            indent = at - line;
            isStrange |= Line.Contains('\t') || (indent == 0 && (Line.StartsWith("...") || text[at] == '%' || Line.StartsWith("---")));
            return;
        }

        (at, end, indent) = (text.Length, text.Length, -1);
    }

    private (int End, int Next) EndOf(int from)
    {
        var length = text.AsSpan(from).IndexOf('\n');
        return length < 0 ? (text.Length, text.Length)
            : (length > 0 && text[from + length - 1] == '\r' ? from + length - 1 : from + length, from + length + 1);
    }

    private bool IsDash(int place) => text[place] == '-' && (place + 1 >= end || text[place + 1] == ' ');

    private YamlNode? Block(int outer)
    {
        if (++depth > Deepest)
        {
            return null;
        }

        var node = IsDash(at) ? Sequence() : Key(at) is not null ? Map() : Inline(at, outer);
        depth--;
        return node;
    }

    private YamlList? Sequence()
    {
        var (start, column) = (at, indent);
        var items = new List<YamlNode>();
        while (indent == column && IsDash(at))
        {
            var dash = at;
            SkipSpaces(ref at, 1);
            YamlNode? item;
            if (at >= end || text[at] == '#')
            {
                Advance();
                item = isStrange ? null : indent > column ? Block(column) : Nothing(dash + 1);
            }
            else
            {
                indent = at - line;
                item = Block(column);
            }

            if (item is null || isStrange || indent > column)
            {
                return null;
            }

            items.Add(item);
        }

        return new YamlList(start, items);
    }

    private YamlMap? Map()
    {
        var (start, column) = (at, indent);
        var entries = new List<(YamlScalar Key, YamlNode Value)>();
        while (indent == column)
        {
            if (IsDash(at) || Key(at) is not var (key, colon))
            {
                return null;
            }

            at = colon;
            SkipSpaces(ref at, 1);
            YamlNode? value;
            if (at >= end || text[at] == '#')
            {
                Advance();
                value = isStrange ? null : indent > column || (indent == column && IsDash(at)) ? Block(column) : Nothing(colon + 1);
            }
            else
            {
                value = Inline(at, column);
            }

            if (value is null || isStrange || indent > column)
            {
                return null;
            }

            entries.Add((key, value));
        }

        return RepeatedNames.RepeatedIn(entries) is null ? new YamlMap(start, entries) : null;
    }

    private YamlScalar Nothing(int place) => new(text, place, place, place, ScalarStyle.Plain);

    private void SkipSpaces(ref int place, int by)
    {
        place += by;
        while (place < end && text[place] == ' ')
        {
            place++;
        }
    }
}
