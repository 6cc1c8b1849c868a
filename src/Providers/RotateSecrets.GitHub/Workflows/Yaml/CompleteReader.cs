using RotateSecrets.Documents;
using RotateSecrets.Outcomes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>Reads all of YAML, by the parser that GitHub's own runner uses: every document of a file, anchors, aliases and merge keys.</summary>
internal sealed class CompleteReader
{
    private const int Deepest = 100;

    private readonly string text;
    private readonly string parsed;
    private readonly string path;
    private readonly Parser parser;
    private readonly Dictionary<string, YamlNode?> anchors = new(StringComparer.Ordinal);

    private CompleteReader(string text, string path)
    {
        (this.text, this.path, parsed) = (text, path, BlankLines.Emptied(text));
        parser = new Parser(new StringReader(parsed));
    }

    /// <summary>Reads a file.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>Its documents, or <see cref="FailureCode.DocumentInvalid"/> with the place of what is wrong.</returns>
    public static Outcome<IReadOnlyList<YamlNode>> Read(string text, string path)
    {
        var reader = new CompleteReader(text, path);
        try
        {
            return Outcome.Of<IReadOnlyList<YamlNode>>(reader.Documents());
        }
        catch (YamlException e)
        {
            return reader.Invalid(e.Start.Index > 0 ? new DocumentPosition((int)e.Start.Line, (int)e.Start.Column) : reader.Here);
        }
        catch (RefusedException e)
        {
            return e.Failure;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException or InvalidCastException or OverflowException or FormatException)
        {
            // Seen on mutilated texts: the parser means none of these, and says where it was.
            return reader.Invalid(reader.Here);
        }
    }

    private DocumentPosition Here => parser.Current is { } current
        ? new DocumentPosition((int)current.End.Line, (int)current.End.Column)
        : new DocumentPosition(1, 1);

    // What the parser stumbles over, as a rule: it tells where the piece before began.
    private Failure Invalid(DocumentPosition place)
    {
        const int near = 4;
        var line = 1;
        for (var at = 0; at < text.Length && line < place.Line + near; line++)
        {
            var (end, next) = BlockDecoder.LineFrom(text, at, text.Length);
            if (line >= place.Line && text.AsSpan(at, end - at).IndexOfAnyExcept(' ') is var column and >= 0 && text[at + column] == '\t')
            {
                return YamlFailure.At(path, new DocumentPosition(line, column + 1), "this is no valid YAML: a tab stands where a line is indented");
            }

            at = next;
        }

        return YamlFailure.At(path, place, "this is no valid YAML");
    }

    private List<YamlNode> Documents()
    {
        var documents = new List<YamlNode>();
        while (parser.MoveNext())
        {
            if (parser.Current is DocumentStart)
            {
                anchors.Clear();
            }
            else if (parser.Current is NodeEvent or AnchorAlias)
            {
                documents.Add(Node(0));
            }
        }

        return documents;
    }

    // The node that the parser stands on.
    private YamlNode Node(int depth)
    {
        if (depth > Deepest)
        {
            throw Refuse("the document is nested too deeply");
        }

        switch (parser.Current)
        {
            case AnchorAlias alias:
                return (anchors.TryGetValue(alias.Value.Value, out var known) ? known : throw Refuse("there is no anchor of that name before this alias"))
                    ?? throw Refuse("the alias stands for what it is part of");
            case Scalar scalar:
                return Anchored(scalar, ScalarSource.Find(text, parsed, scalar));
            case SequenceStart sequence:
                Open(sequence);
                var items = new List<YamlNode>();
                while (Next() is not SequenceEnd)
                {
                    items.Add(Node(depth + 1));
                }

                return Anchored(sequence, new YamlList((int)sequence.Start.Index, items));
            case MappingStart mapping:
                Open(mapping);
                return Anchored(mapping, new YamlMap((int)mapping.Start.Index, Merged(Entries(depth))));
            default:
                throw Refuse("this is no valid YAML");
        }
    }

    private List<(YamlScalar Key, YamlNode Value)> Entries(int depth)
    {
        var entries = new List<(YamlScalar Key, YamlNode Value)>();
        while (Next() is not MappingEnd)
        {
            if (Node(depth + 1) is not YamlScalar key)
            {
                throw Refuse("the name of an entry is a text, and this is none");
            }

            Next();
            entries.Add((key, Node(depth + 1)));
        }

        return entries;
    }

    // What the map itself says covers what it is merged with, and the first of those covers the others.
    private static List<(YamlScalar Key, YamlNode Value)> Merged(List<(YamlScalar Key, YamlNode Value)> entries)
    {
        var merges = entries.FindAll(static entry => entry.Key.Style == ScalarStyle.Plain && entry.Key.Is("<<") && entry.Value is YamlMap or YamlList);
        if (merges.Count == 0)
        {
            return entries;
        }

        var merged = entries.Except(merges).ToList();
        var names = merged.Select(static entry => entry.Key.Text).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var map in merges.SelectMany(static merge => merge.Value is YamlList list ? list.Items : [merge.Value]).OfType<YamlMap>())
        {
            merged.AddRange(map.Entries.Where(entry => names.Add(entry.Key.Text)));
        }

        return merged;
    }

    private ParsingEvent Next() => parser.MoveNext() ? parser.Current! : throw Refuse("the document ends too early");

    private void Open(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            anchors[node.Anchor.Value] = null;
        }
    }

    private T Anchored<T>(NodeEvent node, T value)
        where T : YamlNode
    {
        if (!node.Anchor.IsEmpty)
        {
            anchors[node.Anchor.Value] = value;
        }

        return value;
    }

    private RefusedException Refuse(string what) => new(YamlFailure.At(
        path, parser.Current is { } current ? new DocumentPosition((int)current.Start.Line, (int)current.Start.Column) : new DocumentPosition(1, 1), what));

    // Ends the descent; it never leaves this class.
    private sealed class RefusedException(Failure failure) : Exception
    {
        public Failure Failure => failure;
    }
}
