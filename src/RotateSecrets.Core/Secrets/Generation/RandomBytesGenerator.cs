using System.Buffers.Text;
using System.Security.Cryptography;

namespace RotateSecrets.Secrets.Generation;

/// <summary>How random bytes are written.</summary>
public enum ByteEncoding
{
    /// <summary>Two lower-case hexadecimal digits a byte, as <c>openssl rand -hex</c> writes them.</summary>
    Hex,

    /// <summary>Base64 with padding (RFC 4648, section 4).</summary>
    Base64,

    /// <summary>Base64 for URLs and file names, without padding (RFC 4648, section 5).</summary>
    Base64Url,
}

/// <summary>Random bytes, written as text.</summary>
/// <param name="byteCount">How many bytes.</param>
/// <param name="encoding">How they are written.</param>
public sealed class RandomBytesGenerator(int byteCount, ByteEncoding encoding) : ISecretGenerator
{
    /// <summary>The number of bytes where none is asked for.</summary>
    public const int DefaultByteCount = 32;

    /// <summary>The largest number of bytes.</summary>
    public const int MostBytes = 4096;

    /// <inheritdoc/>
    public double EntropyBits => byteCount * 8;

    private int Length => encoding switch
    {
        ByteEncoding.Hex => byteCount * 2,
        ByteEncoding.Base64 => Base64.GetMaxEncodedToUtf8Length(byteCount),
        _ => ((byteCount * 4) + 2) / 3,
    };

    /// <inheritdoc/>
    public SecretValue Generate() => SecretValue.Create(Length, Write, EntropyBits);

    private void Write(Span<byte> text)
    {
        Span<byte> random = stackalloc byte[byteCount];
        RandomNumberGenerator.Fill(random);
        switch (encoding)
        {
            case ByteEncoding.Hex:
                WriteHex(random, text);
                break;
            case ByteEncoding.Base64:
                Base64.EncodeToUtf8(random, text, out _, out _);
                break;
            default:
                WriteBase64Url(random, text);
                break;
        }

        CryptographicOperations.ZeroMemory(random);
    }

    private static void WriteHex(ReadOnlySpan<byte> random, Span<byte> text)
    {
        for (var i = 0; i < random.Length; i++)
        {
            text[2 * i] = "0123456789abcdef"u8[random[i] >> 4];
            text[(2 * i) + 1] = "0123456789abcdef"u8[random[i] & 15];
        }
    }

    private static void WriteBase64Url(ReadOnlySpan<byte> random, Span<byte> text)
    {
        Span<byte> padded = stackalloc byte[Base64.GetMaxEncodedToUtf8Length(random.Length)];
        Base64.EncodeToUtf8(random, padded, out _, out _);
        padded[..text.Length].CopyTo(text);
        CryptographicOperations.ZeroMemory(padded);
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
    }
}
