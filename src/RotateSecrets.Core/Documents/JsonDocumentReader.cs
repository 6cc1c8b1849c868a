using System.Text;
using System.Text.Json;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Documents;

/// <summary>Reads JSON, with comments and trailing commas, into nodes that know their place.</summary>
public static class JsonDocumentReader
{
    private const int Deepest = 32;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a document.</summary>
    /// <param name="bytes">What the file holds.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>The root, or <see cref="FailureCode.DocumentInvalid"/> with line and column.</returns>
    public static Outcome<DocumentNode> Read(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (bytes.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return Invalid(path, new DocumentPosition(1, 1), "the file is empty");
        }

        try
        {
            // The reader finds bytes that are no UTF-8 only when a text is asked for, and then without a place.
            StrictUtf8.GetCharCount(bytes);
        }
        catch (DecoderFallbackException e)
        {
            return Invalid(path, new PlaceReader(bytes).At(Math.Clamp(e.Index, 0, bytes.Length)), "this is no UTF-8 text");
        }

        var options = new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = Deepest };
        var reader = new Utf8JsonReader(bytes, options);
        var places = new PlaceReader(bytes);
        try
        {
            reader.Read();
            var root = Node(ref reader, ref places);
            while (reader.Read())
            {
                // Only comments may follow; anything else makes the reader throw.
            }

            return root;
        }
        catch (JsonException e)
        {
            var position = new PlaceReader(bytes).At(e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
            return Invalid(path, position, "this is no JSON: a quote, a comma or a bracket is missing or too many, or the nesting is too deep");
        }
        catch (InvalidOperationException)
        {
            return Invalid(path, new PlaceReader(bytes).At((int)reader.TokenStartIndex), "this text holds half of a surrogate pair");
        }
    }

    internal static Failure Invalid(string path, DocumentPosition position, string what) =>
        new(FailureCode.DocumentInvalid, path, FormattableString.Invariant($"{path}:{position.Line}:{position.Column}: {what}{(what.EndsWith('?') ? string.Empty : ".")}"));

    private static DocumentNode Node(ref Utf8JsonReader reader, ref PlaceReader places)
    {
        var position = places.At((int)reader.TokenStartIndex);
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => Map(ref reader, ref places, position),
            JsonTokenType.StartArray => List(ref reader, ref places, position),
            JsonTokenType.String => new TextNode(position, reader.GetString()!),
            JsonTokenType.Number => new NumberNode(position, reader.TryGetDouble(out var number) ? number : double.NaN),
            JsonTokenType.True or JsonTokenType.False => new FlagNode(position, reader.TokenType == JsonTokenType.True),
            _ => new NothingNode(position),
        };
    }

    private static MapNode Map(ref Utf8JsonReader reader, ref PlaceReader places, DocumentPosition position)
    {
        var entries = new List<MapEntry>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (name, at) = (reader.GetString()!, places.At((int)reader.TokenStartIndex));
            reader.Read();
            entries.Add(new MapEntry(name, at, Node(ref reader, ref places)));
        }

        return new MapNode(position, entries);
    }

    private static ListNode List(ref Utf8JsonReader reader, ref PlaceReader places, DocumentPosition position)
    {
        var items = new List<DocumentNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(Node(ref reader, ref places));
        }

        return new ListNode(position, items);
    }
}
