using System.Text;
using System.Text.Unicode;
using RotateSecrets.Documents;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows.Yaml;

/// <summary>A file of YAML: its documents, and the places in it.</summary>
internal sealed class YamlFile
{
    private const int Stride = 1024;

    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    private readonly int marked;
    private readonly bool isAscii;
    private int[]? lines;
    private int[]? marks;

    private YamlFile(string text, int marked, bool isAscii) => (Text, this.marked, this.isAscii) = (text, marked, isAscii);

    /// <summary>The text, without a byte order mark.</summary>
    public string Text { get; }

    /// <summary>Its documents, in their order; none in an empty file.</summary>
    public IReadOnlyList<YamlNode> Documents { get; private init; } = [];

    /// <summary>The first name that was given before in the same map, for which GitHub refuses the file, though it can be read; null where there is none.</summary>
    public YamlScalar? Repeated { get; private init; }

    /// <summary>Reads a file.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>The file, or <see cref="FailureCode.DocumentInvalid"/> with the place of what is wrong.</returns>
    public static Outcome<YamlFile> Read(ReadOnlySpan<byte> content, string path)
    {
        var bytes = content.StartsWith(Mark) ? content[Mark.Length..] : content;
        if (!Utf8.IsValid(bytes))
        {
            return YamlFailure.At(path, new YamlFile(Encoding.UTF8.GetString(bytes[..ValidLength(bytes)]), 0, isAscii: false).EndPosition, "this is no UTF-8 text");
        }

        var text = Encoding.UTF8.GetString(bytes);
        var file = new YamlFile(text, content.Length - bytes.Length, text.Length == bytes.Length);
        if (text.IndexOf('\0', StringComparison.Ordinal) is var zero and >= 0)
        {
            return YamlFailure.At(path, file.PositionOf(zero), "U+0000 is no character of YAML");
        }

        if (QuickReader.Read(text) is { } root)
        {
            return new YamlFile(text, file.marked, file.isAscii) { Documents = [root] };
        }

        return CompleteReader.Read(text, path).Map(documents => new YamlFile(text, file.marked, file.isAscii) { Documents = documents, Repeated = RepeatedNames.FirstIn(documents) });
    }

    /// <summary>The place of a character, as editors count: a byte order mark is no character.</summary>
    /// <param name="index">Which character.</param>
    public DocumentPosition PositionOf(int index)
    {
        lines ??= Lines();
        var line = Array.BinarySearch(lines, index);
        line = line < 0 ? ~line - 1 : line;
        return new DocumentPosition(line + 1, index - lines[line] + 1);
    }

    /// <summary>The bytes of the file that are some of its characters.</summary>
    /// <param name="index">The first character.</param>
    /// <param name="length">How many.</param>
    public (int Start, int Length) BytesOf(int index, int length) => isAscii
        ? (marked + index, length)
        : (marked + BytesBefore(index), BytesIn(Text.AsSpan(index, length)));

    private DocumentPosition EndPosition => PositionOf(Text.Length);

    private int BytesBefore(int index)
    {
        marks ??= Marks();
        return marks[index / Stride] + BytesIn(Text.AsSpan(index / Stride * Stride, index % Stride));
    }

    // How many bytes stand before each so many characters.
    private int[] Marks()
    {
        var found = new int[(Text.Length / Stride) + 1];
        for (var i = 1; i < found.Length; i++)
        {
            found[i] = found[i - 1] + BytesIn(Text.AsSpan((i - 1) * Stride, Stride));
        }

        return found;
    }

    // Of UTF-8. A character of four bytes is two here, which may be counted apart.
    private static int BytesIn(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var c in text)
        {
            count += c < 0x80 ? 1 : c < 0x800 || char.IsSurrogate(c) ? 2 : 3;
        }

        return count;
    }

    private int[] Lines()
    {
        var starts = new List<int> { 0 };
        for (var at = 0; at < Text.Length;)
        {
            var (end, next) = BlockDecoder.LineFrom(Text, at, Text.Length);
            if (next > end)
            {
                starts.Add(next);
            }

            at = next;
        }

        return [.. starts];
    }

    // How many bytes are UTF-8, from the beginning.
    private static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        while (Rune.DecodeFromUtf8(bytes[length..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            length += consumed;
        }

        return length;
    }
}
