using System.Buffers;
using System.Security.Cryptography;

namespace RotateSecrets.Vault.Client;

/// <summary>Bytes that may hold secrets while they are put together or taken apart: pinned, grown by copying, zeroed when they are done with.</summary>
internal sealed class PinnedText : IBufferWriter<byte>, IDisposable
{
    private const int FirstSize = 4096;

    private byte[] bytes = GC.AllocateUninitializedArray<byte>(FirstSize, pinned: true);

    /// <summary>The number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    /// <summary>Reads a stream to its end.</summary>
    public static async Task<PinnedText> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var text = new PinnedText();
        try
        {
            while (await stream.ReadAsync(text.GetMemory(), cancellation) is var count and > 0)
            {
                text.Advance(count);
            }

            return text;
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed > bytes.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(needed, bytes.Length * 2), pinned: true);
            bytes.AsSpan(0, Length).CopyTo(larger);
            CryptographicOperations.ZeroMemory(bytes);
            bytes = larger;
        }

        return bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);
}
