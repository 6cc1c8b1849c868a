using System.Globalization;

namespace RotateSecrets.Documents;

/// <summary>Takes values out of a map by name and type. What is missing, unknown or of another type is noted with its place, and answered with nothing.</summary>
public sealed class MapReader
{
    private const int LongestName = 40;

    private readonly MapNode map;
    private readonly DocumentErrors errors;

    /// <summary>Reads a map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="errors">Where mistakes are noted.</param>
    /// <param name="what">What the map describes, for messages: a service, a probe.</param>
    /// <param name="known">The names it may have, not told apart by case. Any other is noted, with the nearest of these.</param>
    public MapReader(MapNode map, DocumentErrors errors, string what, params IReadOnlyList<string> known)
    {
        this.map = map;
        this.errors = errors;
        What = what;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in map.Entries)
        {
            if (!known.Contains(entry.Name, StringComparer.OrdinalIgnoreCase))
            {
                errors.Add(entry.Position, $"{What} has no '{Shortened(entry.Name)}'; {Spelling.Suggest(entry.Name, known)}");
            }
            else if (!seen.Add(entry.Name))
            {
                errors.Add(entry.Position, $"'{entry.Name}' stands twice in {What}; keep one of them");
            }
        }
    }

    /// <summary>What the map describes.</summary>
    public string What { get; }

    /// <summary>Where the map begins.</summary>
    public DocumentPosition Position => map.Position;

    /// <summary>Where mistakes are noted.</summary>
    public DocumentErrors Errors => errors;

    /// <summary>Whether a name is there.</summary>
    /// <param name="name">The name.</param>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Where a name's value begins, or the map where there is none.</summary>
    /// <param name="name">The name.</param>
    public DocumentPosition PositionOf(string name) => Find(name)?.Value.Position ?? map.Position;

    /// <summary>Notes a mistake at a name's value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="what">What is wrong.</param>
    public void Complain(string name, string what) => errors.Add(PositionOf(name), what);

    /// <summary>A text that isn't empty.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="required">Whether it must be there.</param>
    public string? Text(string name, bool required = false)
    {
        var node = Take<TextNode>(name, required, "a text");
        if (node is { Text.Length: 0 })
        {
            errors.Add(node.Position, $"'{name}' is empty; write something, or leave it out");
            return null;
        }

        return node is null ? null : Readable(node, name);
    }

    /// <summary>A whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="least">The smallest that is allowed.</param>
    /// <param name="most">The largest that is allowed.</param>
    public int? Whole(string name, int least, int most) =>
        Take<NumberNode>(name, required: false, "a whole number") is { } node ? Whole(node, name, least, most) : null;

    /// <summary>A list of whole numbers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="least">The smallest that is allowed.</param>
    /// <param name="most">The largest that is allowed.</param>
    public IReadOnlyList<int>? Wholes(string name, int least, int most) =>
        Items<NumberNode>(name, required: false, "a whole number")?.Select(node => Whole(node, name, least, most) ?? least).ToList();

    /// <summary>True or false.</summary>
    /// <param name="name">Its name.</param>
    public bool? Flag(string name) => Take<FlagNode>(name, required: false, "true or false")?.IsTrue;

    /// <summary>A duration: a number of seconds, or a text such as 90s, 5m, 00:01:30.</summary>
    /// <param name="name">Its name.</param>
    public TimeSpan? Duration(string name)
    {
        switch (Find(name)?.Value)
        {
            case null:
                return null;
            case NumberNode { Number: >= 0 and < 1e9 } number:
                return TimeSpan.FromSeconds(number.Number);
            case TextNode text when Durations.Parse(text.Text) is { } duration && duration >= TimeSpan.Zero:
                return duration;
            case var other:
                errors.Add(other.Position, $"'{name}' is no duration; write a number of seconds, or a text such as 90s, 5m or 00:01:30");
                return null;
        }
    }

    /// <summary>One of a set of names.</summary>
    /// <typeparam name="T">The set.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="allowed">Those of the set that make sense here; none given: all.</param>
    public T? Choice<T>(string name, params IReadOnlyList<T> allowed)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var choices = allowed.Count == 0 ? Enum.GetValues<T>() : allowed;
        foreach (var choice in choices)
        {
            if (choice.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return choice;
            }
        }

        Complain(name, $"'{Shortened(text)}' is no {name}; {Spelling.Suggest(text, [.. choices.Select(static choice => choice.ToString())])}");
        return null;
    }

    /// <summary>A list of texts.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="required">Whether it must be there, and hold something.</param>
    /// <param name="orSingle">Whether a single text may stand for a list of one.</param>
    public IReadOnlyList<string>? Texts(string name, bool required = false, bool orSingle = true) => orSingle && Find(name)?.Value is TextNode single
        ? [Readable(single, name) ?? string.Empty]
        : Items<TextNode>(name, required, "a text")?.Select(node => Readable(node, name) ?? string.Empty).ToList();

    /// <summary>All texts in a name's value, with their places, however deep.</summary>
    /// <param name="name">The name.</param>
    public IEnumerable<TextNode> TextNodes(string name) => Find(name) is { } entry ? In(entry.Value) : [];

    /// <summary>A map of texts; numbers and flags are taken as they are written.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="comparer">Tells the names in it apart. Default: without regard to case.</param>
    public IReadOnlyDictionary<string, string>? Pairs(string name, StringComparer? comparer = null)
    {
        if (Take<MapNode>(name, required: false, "a set of named texts") is not { } node)
        {
            return null;
        }

        var pairs = new Dictionary<string, string>(comparer ?? StringComparer.OrdinalIgnoreCase);
        foreach (var entry in node.Entries)
        {
            var text = entry.Value switch
            {
                TextNode written => Readable(written, entry.Name) ?? string.Empty,
                NumberNode number => number.Number.ToString(CultureInfo.InvariantCulture),
                FlagNode flag => flag.IsTrue ? "true" : "false",
                _ => null,
            };
            if (text is null)
            {
                errors.Add(entry.Value.Position, $"'{Shortened(entry.Name)}' is {entry.Value.Word}; write a text");
            }
            else if (!pairs.TryAdd(entry.Name, text))
            {
                errors.Add(entry.Position, $"'{Shortened(entry.Name)}' stands twice; keep one of them");
            }
        }

        return pairs;
    }

    /// <summary>A map within this one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="what">What it describes.</param>
    /// <param name="known">The names it may have.</param>
    public MapReader? Map(string name, string what, params IReadOnlyList<string> known) =>
        Take<MapNode>(name, required: false, "a set of named values") is { } node ? new MapReader(node, errors, what, known) : null;

    /// <summary>A list of maps.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="required">Whether it must be there, and hold something.</param>
    /// <param name="what">What each describes.</param>
    /// <param name="known">The names each may have.</param>
    public IReadOnlyList<MapReader>? Maps(string name, bool required, string what, params IReadOnlyList<string> known) =>
        Items<MapNode>(name, required, "a set of named values")?.Select(node => new MapReader(node, errors, what, known)).ToList();

    /// <summary>A list of lists of texts.</summary>
    /// <param name="name">Its name.</param>
    public IReadOnlyList<IReadOnlyList<string>>? TextLists(string name)
    {
        if (Take<ListNode>(name, required: false, "a list") is not { } outer)
        {
            return null;
        }

        var lists = new List<IReadOnlyList<string>>();
        foreach (var item in outer.Items)
        {
            switch (item)
            {
                case TextNode single:
                    lists.Add([single.Text]);
                    break;
                case ListNode inner when inner.Items.All(static one => one is TextNode):
                    lists.Add([.. inner.Items.Cast<TextNode>().Select(static one => one.Text)]);
                    break;
                default:
                    errors.Add(item.Position, $"this is {item.Word}; '{name}' holds lists of texts");
                    break;
            }
        }

        return lists;
    }

    /// <summary>A name for a message, however long it is and whatever is in it.</summary>
    /// <param name="text">The name.</param>
    public static string Shortened(string text) =>
        string.Concat(text.Take(LongestName).Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (text.Length > LongestName ? "..." : string.Empty);

    private static IEnumerable<TextNode> In(DocumentNode node) => node switch
    {
        TextNode text => [text],
        ListNode list => list.Items.SelectMany(In),
        MapNode map => map.Entries.SelectMany(static entry => In(entry.Value)),
        _ => [],
    };

    // No path, argument or variable can hold it, and the runtime says so by throwing.
    private string? Readable(TextNode node, string name)
    {
        if (!node.Text.Contains('\0', StringComparison.Ordinal))
        {
            return node.Text;
        }

        errors.Add(node.Position, $"'{Shortened(name)}' holds a zero character; take it out");
        return null;
    }

    private int? Whole(NumberNode node, string name, int least, int most)
    {
        if (node.Number >= least && node.Number <= most && node.Number == Math.Floor(node.Number))
        {
            return (int)node.Number;
        }

        errors.Add(node.Position, FormattableString.Invariant($"'{name}' must be a whole number from {least} to {most}"));
        return null;
    }

    private MapEntry? Find(string name) =>
        map.Entries.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private T? Take<T>(string name, bool required, string wanted)
        where T : DocumentNode
    {
        switch (Find(name)?.Value)
        {
            case T node:
                return node;
            case null when required:
                errors.Add(map.Position, $"{What} needs '{name}': {wanted}");
                return null;
            case null:
                return null;
            case var other:
                errors.Add(other.Position, $"'{name}' is {other.Word}; write {wanted}");
                return null;
        }
    }

    private List<T>? Items<T>(string name, bool required, string wanted)
        where T : DocumentNode
    {
        if (Take<ListNode>(name, required, "a list") is not { } list)
        {
            return null;
        }

        if (required && list.Items.Count == 0)
        {
            errors.Add(list.Position, $"'{name}' is empty; {What} needs at least one");
        }

        foreach (var stray in list.Items.Where(static item => item is not T))
        {
            errors.Add(stray.Position, $"this is {stray.Word}; '{name}' holds {wanted} each");
        }

        return [.. list.Items.OfType<T>()];
    }
}
