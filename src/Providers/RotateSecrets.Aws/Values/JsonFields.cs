using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Values;

/// <summary>One field of a value that is a JSON object. Everything else in it stays as it is, in its order.</summary>
internal static class JsonFields
{
    /// <summary>Reads a field: text as its characters, a number or a truth value as it is written.</summary>
    public static Outcome<SecretValue> Read(SecretValue whole, string field, SecretAddress address) => whole.Reveal<Outcome<SecretValue>>(bytes =>
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return NoObject(address);
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = reader.ValueTextEquals(field);
                reader.Read();
                if (isIt)
                {
                    return Value(ref reader, address);
                }

                reader.Skip();
            }

            return new Failure(FailureCode.SecretNotFound, address.ToString(), $"{address.Store}:{address.Path} has no field {field}.");
        }
        catch (JsonException)
        {
            // Its message quotes the text.
            return NoObject(address);
        }
    });

    /// <summary>The value with one field replaced, or added.</summary>
    public static Outcome<SecretValue> Replace(SecretValue? whole, string field, SecretValue value, SecretAddress address)
    {
        if (!value.Reveal(static bytes => Utf8.IsValid(bytes)))
        {
            return new Failure(FailureCode.ValueInvalid, address.ToString(), $"Bytes that are no text can't be the field {field} of {address.Store}:{address.Path}.")
            {
                Remedy = "Generate text, or base64.",
            };
        }

        // Large enough for every character to be escaped: a buffer that grew would leave copies behind.
        var buffer = new ArrayBufferWriter<byte>((whole?.Length ?? 0) + (6 * (value.Length + field.Length)) + 64);
        try
        {
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            var isObject = whole is null ? Begin(writer) : whole.Reveal(bytes => CopyOthers(bytes, field, value, writer));
            if (!isObject)
            {
                return NoObject(address);
            }

            writer.WriteEndObject();
            writer.Flush();
            return SecretValue.FromBytes(buffer.WrittenSpan);
        }
        finally
        {
            buffer.Clear();
        }

        bool Begin(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            Write(writer, field, value);
            return true;
        }
    }

    private static bool CopyOthers(ReadOnlySpan<byte> bytes, string field, SecretValue value, Utf8JsonWriter writer)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            var isWritten = false;
            writer.WriteStartObject();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals(field))
                {
                    reader.Read();
                    reader.Skip();
                    Write(writer, field, value);
                    isWritten = true;
                    continue;
                }

                writer.WritePropertyName(reader.GetString()!);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                writer.WriteRawValue(bytes[start..(int)reader.BytesConsumed]);
            }

            if (!isWritten)
            {
                Write(writer, field, value);
            }

            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Write(Utf8JsonWriter writer, string field, SecretValue value) => value.Reveal(bytes =>
    {
        writer.WriteString(field, bytes);
        return true;
    });

    private static Outcome<SecretValue> Value(ref Utf8JsonReader reader, SecretAddress address)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                var unescaped = new byte[reader.ValueSpan.Length];
                var length = reader.CopyString(unescaped);
                var value = SecretValue.FromBytes(unescaped.AsSpan(0, length));
                Array.Clear(unescaped);
                return value;
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
}
