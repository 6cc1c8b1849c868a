using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>A request's body while it is written: in memory that the garbage collector doesn't copy, and that is zeroed when it grows and on dispose.</summary>
internal sealed class PinnedBody : IBufferWriter<byte>, IDisposable
{
    private const int FirstSize = 4096;

    private byte[] bytes = GC.AllocateArray<byte>(FirstSize, pinned: true);
    private int length;

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, length);

    /// <summary>Writes a body.</summary>
    /// <param name="write">Writes it.</param>
    public static PinnedBody Of(Action<Utf8JsonWriter> write)
    {
        var body = new PinnedBody();
        using var writer = new Utf8JsonWriter(body);
        write(writer);
        return body;
    }

    public void Advance(int count) => length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return bytes.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);

    private void Reserve(int more)
    {
        if (bytes.Length - length >= more)
        {
            return;
        }

        var larger = GC.AllocateArray<byte>(Math.Max(bytes.Length * 2, length + more), pinned: true);
        bytes.AsSpan(0, length).CopyTo(larger);
        CryptographicOperations.ZeroMemory(bytes);
        bytes = larger;
    }
}
