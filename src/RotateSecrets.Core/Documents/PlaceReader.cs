using System.Text;

namespace RotateSecrets.Documents;

/// <summary>Tells the places of bytes in a UTF-8 text. Asked in rising order it looks at every byte once, however long a line is.</summary>
/// <param name="text">The text.</param>
internal ref struct PlaceReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> text = text;
    private int index;
    private int line = 1;
    private int column = 1;

    /// <summary>The place of a byte.</summary>
    /// <param name="next">Which byte, counted from 0; not before the one that was asked for last.</param>
    public DocumentPosition At(int next)
    {
        var passed = text[index..next];
        var breaks = passed.Count((byte)'\n');
        if (breaks > 0)
        {
            line += breaks;
            column = 1;
            passed = passed[(passed.LastIndexOf((byte)'\n') + 1)..];
        }

        column += Encoding.UTF8.GetCharCount(passed);
        index = next;
        return new DocumentPosition(line, column);
    }

    /// <summary>The place of a byte in a line.</summary>
    /// <param name="row">The line, counted from 0.</param>
    /// <param name="offset">The byte in it, counted from 0.</param>
    public DocumentPosition At(long row, long offset)
    {
        var start = 0;
        for (; row > 0; row--)
        {
            start += text[start..].IndexOf((byte)'\n') + 1;
        }

        return At((int)Math.Min(start + offset, text.Length));
    }
}
