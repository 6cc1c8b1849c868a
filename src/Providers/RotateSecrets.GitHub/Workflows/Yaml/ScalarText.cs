using System.Text;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>Characters of a scalar that stand in the file as themselves, one after another.</summary>
/// <param name="At">The first of them, in the scalar's text.</param>
/// <param name="Source">Where it stands in the file.</param>
/// <param name="Length">How many.</param>
internal readonly record struct TextRun(int At, int Source, int Length);

/// <summary>What a scalar says.</summary>
/// <param name="Text">The text.</param>
/// <param name="Runs">Where its characters stand, in their order; null where that isn't known.</param>
internal sealed record ScalarText(string Text, IReadOnlyList<TextRun>? Runs);

/// <summary>How a block scalar is written.</summary>
/// <param name="Indent">How many spaces stand before each of its lines.</param>
/// <param name="Chomping">What becomes of the line ends behind its last line: <c>'-'</c> none is kept, <c>'+'</c> all are, otherwise one.</param>
internal readonly record struct BlockShape(int Indent, char Chomping);

/// <summary>Puts a text together, and notes where its characters come from.</summary>
/// <param name="source">The text of the file.</param>
internal sealed class ScalarBuilder(string source)
{
    private readonly StringBuilder text = new();
    private readonly List<TextRun> runs = [];

    /// <summary>Takes characters of the file as they are.</summary>
    public void Take(int from, int to)
    {
        if (to > from)
        {
            runs.Add(new TextRun(text.Length, from, to - from));
            text.Append(source, from, to - from);
        }
    }

    /// <summary>Adds what doesn't stand in the file like that.</summary>
    public void Add(char c, int count = 1) => text.Append(c, count);

    /// <summary>Adds a character by its number; false where there is none of that number.</summary>
    public bool Add(int number)
    {
        if (number is < 0 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF))
        {
            return false;
        }

        text.Append(char.ConvertFromUtf32(number));
        return true;
    }

    /// <summary>The text.</summary>
    public ScalarText Done() => new(text.ToString(), runs);
}
