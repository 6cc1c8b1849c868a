using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace RotateSecrets.Local.Keys;

/// <summary>Writes a row as bytes in one way only: every part is preceded by its length, so no two rows look alike.</summary>
internal sealed class Canonical
{
    private readonly ArrayBufferWriter<byte> buffer = new();

    public Canonical Add(ReadOnlySpan<byte> part)
    {
        AddLength(part.Length);
        buffer.Write(part);
        return this;
    }

    public Canonical Add(string? part) => part is null ? AddLength(-1) : Add(Encoding.UTF8.GetBytes(part));

    public Canonical Add(long part)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, part);
        return Add(bytes);
    }

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    private Canonical AddLength(int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        buffer.Write(bytes);
        return this;
    }
}
