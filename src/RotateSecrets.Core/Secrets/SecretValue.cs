using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Installation;

namespace RotateSecrets.Secrets;

/// <summary>Reads the bytes of a secret while they are guaranteed to be there. The span must not be kept.</summary>
/// <typeparam name="TResult">What the reader makes of the bytes.</typeparam>
/// <param name="bytes">The secret.</param>
public delegate TResult SecretReader<out TResult>(ReadOnlySpan<byte> bytes);

/// <summary>Writes the bytes of a secret into their final place.</summary>
/// <param name="bytes">As many bytes as were asked for, in pinned memory.</param>
public delegate void SecretWriter(Span<byte> bytes);

/// <summary>
/// A secret: bytes in pinned memory, zeroed on dispose and at the latest on collection. It shows a fingerprint, a length and
/// an entropy, wherever it is printed, formatted or serialised; <see cref="Reveal()"/> is the one way out.
/// </summary>
/// <remarks>
/// Pinned memory is not copied by the garbage collector, so zeroing it leaves nothing behind. A string that
/// <see cref="Reveal()"/> makes, and whatever a system's SDK copies from it, is beyond its reach.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class SecretValue : IDisposable, IEquatable<SecretValue>
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[]? bytes;
    private string? fingerprint;

    private SecretValue(byte[] pinned, double? entropyBits, string? publicKey)
    {
        bytes = pinned;
        EntropyBits = entropyBits;
        PublicKey = publicKey;
    }

    /// <summary>Zeroes what nobody disposed of.</summary>
#pragma warning disable MA0055 // A prompt's user disposes of nothing; without a finaliser the bytes would outlive the object.
    ~SecretValue() => Dispose();
#pragma warning restore MA0055

    /// <summary>The number of bytes.</summary>
    public int Length => Bytes.Length;

    /// <summary>Bits of entropy it was generated with, or of strength for a key pair; null where it came from elsewhere.</summary>
    public double? EntropyBits { get; }

    /// <summary>The public half of a key pair, in the private half's encoding; null for any other value.</summary>
    public string? PublicKey { get; }

    /// <summary>
    /// 16 hexadecimal digits of an HMAC-SHA256 under this installation's own key: equal for equal values on this
    /// installation, and no help to anyone who would guess the value.
    /// </summary>
    public string Fingerprint => fingerprint ??= Reveal(InstallationKey.Fingerprint);

    private byte[] Bytes => bytes ?? throw new ObjectDisposedException(nameof(SecretValue));

    /// <summary>Makes a secret in place.</summary>
    /// <param name="length">The number of bytes.</param>
    /// <param name="write">Fills them.</param>
    /// <param name="entropyBits">Bits of entropy, where they are known.</param>
    /// <param name="publicKey">The public half, for a key pair.</param>
    public static SecretValue Create(int length, SecretWriter write, double? entropyBits = null, string? publicKey = null)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        write(pinned);
        return new SecretValue(pinned, entropyBits, publicKey);
    }

    /// <summary>Copies bytes. The source stays the caller's to clear.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="entropyBits">Bits of entropy, where they are known.</param>
    public static SecretValue FromBytes(ReadOnlySpan<byte> source, double? entropyBits = null)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(source.Length, pinned: true);
        source.CopyTo(pinned);
        return new SecretValue(pinned, entropyBits, null);
    }

    /// <summary>Moves bytes: the source is cleared.</summary>
    /// <param name="source">The bytes.</param>
    public static SecretValue Take(Span<byte> source)
    {
        var value = FromBytes(source);
        CryptographicOperations.ZeroMemory(source);
        return value;
    }

    /// <summary>Encodes characters as UTF-8. The source stays the caller's to clear.</summary>
    /// <param name="source">The characters.</param>
    /// <param name="entropyBits">Bits of entropy, where they are known.</param>
    /// <param name="publicKey">The public half, for a key pair.</param>
    public static SecretValue FromText(ReadOnlySpan<char> source, double? entropyBits = null, string? publicKey = null)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(source), pinned: true);
        Encoding.UTF8.GetBytes(source, pinned);
        return new SecretValue(pinned, entropyBits, publicKey);
    }

    /// <summary>The secret as text. The string can't be zeroed: keep it as short a time as you can.</summary>
    /// <exception cref="DecoderFallbackException">The value isn't UTF-8 text.</exception>
    /// <exception cref="ObjectDisposedException">The value was disposed of.</exception>
    public string Reveal() => Reveal(StrictUtf8.GetString);

    /// <summary>Lends the secret's bytes to a reader.</summary>
    /// <typeparam name="TResult">What the reader makes of them.</typeparam>
    /// <param name="reader">Reads the bytes; they are valid only while it runs.</param>
    /// <exception cref="ObjectDisposedException">The value was disposed of.</exception>
    public TResult Reveal<TResult>(SecretReader<TResult> reader)
    {
        var result = reader(Bytes);

        // Without this the finaliser may zero the bytes under the reader.
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>Compares in a time that depends on the lengths alone.</summary>
    /// <param name="other">The other secret.</param>
    public bool Equals(SecretValue? other)
    {
        if (other is null)
        {
            return false;
        }

        var equal = CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        return equal;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SecretValue);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Fingerprint);

    /// <summary>Fingerprint, length and, where it is known, entropy.</summary>
    public override string ToString() => (bytes, EntropyBits) switch
    {
        (null, _) => "SecretValue (disposed)",
        (_, null) => $"SecretValue {Fingerprint} ({Length} bytes)",
        (_, { } bits) => FormattableString.Invariant($"SecretValue {Fingerprint} ({Length} bytes, {bits:0} bits)"),
    };

    /// <summary>Zeroes the bytes. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref bytes, null) is { } pinned)
        {
            CryptographicOperations.ZeroMemory(pinned);
        }

        GC.SuppressFinalize(this);
    }
}
