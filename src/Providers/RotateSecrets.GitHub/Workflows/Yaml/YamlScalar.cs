namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>How a scalar is written.</summary>
internal enum ScalarStyle
{
    /// <summary>Without quotes.</summary>
    Plain,

    /// <summary>In apostrophes.</summary>
    SingleQuoted,

    /// <summary>In quotation marks, with escapes.</summary>
    DoubleQuoted,

    /// <summary>A block after <c>|</c>.</summary>
    Literal,

    /// <summary>A block after <c>></c>.</summary>
    Folded,
}

/// <summary>A text in a YAML document, which knows for each of its characters where it stands in the file.</summary>
internal sealed class YamlScalar : YamlNode
{
    private readonly string source;
    private readonly int from;
    private readonly int to;
    private readonly BlockShape shape;
    private ScalarText? decoded;

    /// <summary>A scalar that is decoded when its text is asked for.</summary>
    /// <param name="source">The text of the file.</param>
    /// <param name="start">Where the scalar begins.</param>
    /// <param name="from">Where what it says begins: behind a quotation mark, on the first line of a block.</param>
    /// <param name="to">Where what it says ends.</param>
    /// <param name="style">How it is written.</param>
    /// <param name="shape">For a block, how it is indented and ended.</param>
    public YamlScalar(string source, int start, int from, int to, ScalarStyle style, BlockShape shape = default)
        : base(start) => (this.source, this.from, this.to, Style, this.shape) = (source, from, to, style, shape);

    /// <summary>A scalar whose characters can't be told places in the file.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="style">How it is written.</param>
    public YamlScalar(string text, int start, ScalarStyle style)
        : base(start) => (source, Style, decoded) = (text, style, new ScalarText(text, null));

    /// <summary>How it is written.</summary>
    public ScalarStyle Style { get; }

    /// <summary>What it says.</summary>
    public string Text => Decoded.Text;

    /// <summary>Whether expressions may stand in it; false is certain, and costs little.</summary>
    public bool MayHoldExpression => decoded is { } known
        ? known.Text.Contains("${{", StringComparison.Ordinal)
        : Raw.IndexOf("${{", StringComparison.Ordinal) >= 0 || (Style == ScalarStyle.DoubleQuoted && Raw.Contains('\\'));

    private ReadOnlySpan<char> Raw => source.AsSpan(from, to - from);

    private ScalarText Decoded => decoded ??= ScalarDecoder.Decode(source, from, to, Style, shape);

    /// <summary>What it says, for comparing it with a keyword: a text over several lines, which no keyword is, may stand as in the file.</summary>
    public ReadOnlySpan<char> Word => decoded is null && Style == ScalarStyle.Plain ? Raw : Text;

    /// <summary>Whether it says this.</summary>
    public bool Is(string text) => Word.SequenceEqual(text);

    /// <summary>Whether it may name a context; false is certain, and costs little.</summary>
    /// <param name="context">The context.</param>
    public bool MayName(string context) => decoded is { } known
        ? known.Text.Contains(context, StringComparison.OrdinalIgnoreCase)
        : Raw.Contains(context, StringComparison.OrdinalIgnoreCase) || (Style == ScalarStyle.DoubleQuoted && Raw.Contains('\\'));

    /// <summary>Where one of its characters stands in the file, or at least what stands before it.</summary>
    /// <param name="index">Which character.</param>
    public int PlaceOf(int index) => Decoded.Runs is { } runs ? PlaceIn(runs, index) : Start;

    /// <summary>Where some of its characters stand in the file; null where they don't stand there one after another as themselves.</summary>
    /// <param name="index">The first character.</param>
    /// <param name="length">How many.</param>
    public int? SpanOf(int index, int length) =>
        Decoded.Runs is { } runs && RunAt(runs, index) is { } run && index + length <= run.At + run.Length ? run.Source + index - run.At : null;

    private int PlaceIn(IReadOnlyList<TextRun> runs, int index) => RunAt(runs, index) is { } run ? run.Source + Math.Min(index - run.At, run.Length) : Start;

    // The last one that begins at a character or before it: a script may have tens of thousands.
    private static TextRun? RunAt(IReadOnlyList<TextRun> runs, int index)
    {
        var (from, to) = (0, runs.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = runs[middle].At <= index ? (middle + 1, to) : (from, middle);
        }

        return from == 0 ? null : runs[from - 1];
    }
}
