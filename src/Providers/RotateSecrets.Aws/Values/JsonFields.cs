using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Values;

/// <summary>One field of a value that is a JSON object. Every other byte of it stays as it is.</summary>
internal static class JsonFields
{
    // No value is long enough to be deeper.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = SecretContent.Longest };

    /// <summary>Why a value has no fields; null where it is an object.</summary>
    public static Failure? Flaw(SecretValue whole, SecretAddress address) => whole.Reveal(bytes => Find(bytes, null) is null) ? NoObject(address) : null;

    /// <summary>Reads a field: text as its characters, a number or a truth value as it is written. Of a field that is there twice, the last one: so do those who read JSON.</summary>
    public static Outcome<SecretValue> Read(SecretValue whole, string field, SecretAddress address) => whole.Reveal<Outcome<SecretValue>>(bytes =>
        Find(bytes, field) is not { } places ? NoObject(address)
        : places.Values is [.., var last] ? Value(bytes[last], address)
        : new Failure(FailureCode.SecretNotFound, address.ToString(), $"{address.Store}:{address.Path} has no field {field}."));

    /// <summary>The value with one field replaced, or added behind the others.</summary>
    public static Outcome<SecretValue> Replace(SecretValue? whole, string field, SecretValue value, SecretAddress address)
    {
        if (!value.Reveal(static bytes => Utf8.IsValid(bytes)))
        {
            return new Failure(FailureCode.ValueInvalid, address.ToString(), $"Bytes that are no text can't be the field {field} of {address.Store}:{address.Path}.")
            {
                Remedy = "Generate text, or base64.",
            };
        }

        var name = Quoted(Encoding.UTF8.GetBytes(field));
        var text = value.Reveal(Quoted);
        try
        {
            return whole is null
                ? Join("{}"u8, new ObjectPlaces([], 1, IsEmpty: true), name.WrittenSpan, text.WrittenSpan)
                : whole.Reveal<Outcome<SecretValue>>(bytes => Find(bytes, field) is { } places ? Join(bytes, places, name.WrittenSpan, text.WrittenSpan) : NoObject(address));
        }
        finally
        {
            text.Clear();
        }
    }

    private static ArrayBufferWriter<byte> Quoted(ReadOnlySpan<byte> text)
    {
        // Large enough for every character to be escaped: a buffer that grew would leave copies behind.
        var buffer = new ArrayBufferWriter<byte>((6 * text.Length) + 256);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStringValue(text);
        return buffer;
    }

    private static SecretValue Join(ReadOnlySpan<byte> whole, ObjectPlaces places, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        var joined = new ArrayBufferWriter<byte>(whole.Length + name.Length + 2 + (text.Length * Math.Max(1, places.Values.Count)));
        var done = 0;
        foreach (var place in places.Values)
        {
            joined.Write(whole[done..place.Start]);
            joined.Write(text);
            done = place.End.Value;
        }

        if (places.Values.Count == 0)
        {
            joined.Write(whole[..places.End]);
            joined.Write(places.IsEmpty ? ""u8 : ","u8);
            joined.Write(name);
            joined.Write(":"u8);
            joined.Write(text);
            done = places.End;
        }

        joined.Write(whole[done..]);
        try
        {
            return SecretValue.FromBytes(joined.WrittenSpan);
        }
        finally
        {
            joined.Clear();
        }
    }

    // Null where the bytes are no object.
    private static ObjectPlaces? Find(ReadOnlySpan<byte> bytes, string? field)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, AnyDepth);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            var values = new List<Range>();
            var end = (int)reader.BytesConsumed;
            var isEmpty = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = field is not null && IsCalled(ref reader, field);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                end = (int)reader.BytesConsumed;
                isEmpty = false;
                if (isIt)
                {
                    values.Add(start..end);
                }
            }

            return reader.Read() ? null : new ObjectPlaces(values, end, isEmpty);
        }
        catch (JsonException)
        {
            // Its message quotes the text.
            return null;
        }
    }

    private static bool IsCalled(ref Utf8JsonReader reader, string field)
    {
        try
        {
            return reader.ValueTextEquals(field);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which JSON lets pass and no text can be.
            return false;
        }
    }

    private static Outcome<SecretValue> Value(ReadOnlySpan<byte> json, SecretAddress address)
    {
        var reader = new Utf8JsonReader(json, AnyDepth);
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                var unescaped = new byte[reader.ValueSpan.Length];
                try
                {
                    return SecretValue.FromBytes(unescaped.AsSpan(0, reader.CopyString(unescaped)));
                }
                catch (InvalidOperationException)
                {
                    return new Failure(FailureCode.ValueInvalid, address.ToString(), $"The field {address.Field} of {address.Store}:{address.Path} holds half a surrogate pair, which is no text.");
                }
                finally
                {
                    Array.Clear(unescaped);
                }

            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                return SecretValue.FromBytes(reader.ValueSpan);
            default:
                return new Failure(FailureCode.ValueInvalid, address.ToString(), $"The field {address.Field} of {address.Store}:{address.Path} holds no single value.");
        }
    }

    private static Failure NoObject(SecretAddress address) =>
        new(FailureCode.ValueInvalid, address.ToString(), $"{address.Store}:{address.Path} is no JSON object, so it has no field {address.Field}.")
        {
            Remedy = "Leave out the # and what follows it, or make the value a JSON object first.",
        };

    /// <summary>Where things are in an object.</summary>
    /// <param name="Values">The values of the field.</param>
    /// <param name="End">Behind its last member, or its opening brace.</param>
    /// <param name="IsEmpty">Whether it has no member.</param>
    private sealed record ObjectPlaces(IReadOnlyList<Range> Values, int End, bool IsEmpty);
}
