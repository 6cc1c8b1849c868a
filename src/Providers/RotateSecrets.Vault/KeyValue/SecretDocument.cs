using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.KeyValue;

/// <summary>
/// All keys of one version of a secret, as JSON in pinned memory. A value is stored as text where it is text; other bytes are stored as a data URL (RFC 2397), so that
/// what was put in comes out.
/// </summary>
internal sealed class SecretDocument : IDisposable
{
    private readonly PinnedText text;
    private readonly JsonDocument json;

    private SecretDocument(PinnedText text)
    {
        this.text = text;
        json = JsonDocument.Parse(text.Written);
    }

    private static ReadOnlySpan<byte> BinaryPrefix => "data:application/octet-stream;base64,"u8;

    /// <summary>The names of its keys.</summary>
    public IReadOnlyList<string> Fields => [.. json.RootElement.EnumerateObject().Select(static member => member.Name)];

    /// <summary>A secret without keys.</summary>
    public static SecretDocument Empty() => Write(static writer =>
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    });

    /// <summary>Copies an object; anything else is a secret without keys.</summary>
    public static SecretDocument Of(JsonElement data) => data.ValueKind == JsonValueKind.Object ? Write(data.WriteTo) : Empty();

    /// <summary>The same keys once more.</summary>
    public SecretDocument Copy() => Of(json.RootElement);

    /// <summary>A key's value; null where there is no such key. What isn't text is given as the JSON that it is.</summary>
    public SecretValue? Read(string field)
    {
        if (!json.RootElement.TryGetProperty(field, out var value))
        {
            return null;
        }

        using var raw = Text(value.WriteTo);
        if (value.ValueKind != JsonValueKind.String)
        {
            return SecretValue.FromBytes(raw.Written.Span);
        }

        var reader = new Utf8JsonReader(raw.Written.Span);
        reader.Read();
        using var plain = new PinnedText();
        plain.Advance(reader.CopyString(plain.GetSpan(raw.Length)));
        return FromStored(plain.Written.Span);
    }

    /// <summary>The same keys, one of them with another value, or without it.</summary>
    /// <param name="field">The key.</param>
    /// <param name="value">Its value; null to leave the key out.</param>
    public SecretDocument With(string field, SecretValue? value) => Write(writer =>
    {
        writer.WriteStartObject();
        var written = value is null;
        foreach (var member in json.RootElement.EnumerateObject())
        {
            if (member.Name != field)
            {
                member.WriteTo(writer);
            }
            else if (value is not null)
            {
                WriteStored(writer, field, value);
                written = true;
            }
        }

        if (!written)
        {
            WriteStored(writer, field, value!);
        }

        writer.WriteEndObject();
    });

    /// <summary>Writes all keys.</summary>
    public void WriteTo(Utf8JsonWriter writer) => json.WriteTo(writer);

    /// <inheritdoc/>
    public void Dispose()
    {
        json.Dispose();
        text.Dispose();
    }

    private static void WriteStored(Utf8JsonWriter writer, string field, SecretValue value) => value.Reveal(bytes =>
    {
        if (Utf8.IsValid(bytes) && !bytes.StartsWith(BinaryPrefix))
        {
            writer.WriteString(field, bytes);
            return true;
        }

        using var encoded = new PinnedText();
        BinaryPrefix.CopyTo(encoded.GetSpan(BinaryPrefix.Length));
        encoded.Advance(BinaryPrefix.Length);
        Base64.EncodeToUtf8(bytes, encoded.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var count);
        encoded.Advance(count);
        writer.WriteString(field, encoded.Written.Span);
        return true;
    });

    private static SecretValue FromStored(ReadOnlySpan<byte> stored)
    {
        if (!stored.StartsWith(BinaryPrefix))
        {
            return SecretValue.FromBytes(stored);
        }

        var encoded = stored[BinaryPrefix.Length..];
        using var decoded = new PinnedText();
        var status = Base64.DecodeFromUtf8(encoded, decoded.GetSpan(Base64.GetMaxDecodedFromUtf8Length(encoded.Length)), out _, out var count);
        decoded.Advance(count);
        return SecretValue.FromBytes(status == System.Buffers.OperationStatus.Done ? decoded.Written.Span : stored);
    }

    private static SecretDocument Write(Action<Utf8JsonWriter> write) => new(Text(write));

    private static PinnedText Text(Action<Utf8JsonWriter> write)
    {
        var written = new PinnedText();
        using var writer = new Utf8JsonWriter(written);
        write(writer);
        return written;
    }
}
