using System.Runtime.CompilerServices;

namespace RotateSecrets.Vault.Audit;

/// <summary>Finds the lines of a stream that hold a sequence of bytes, in memory that doesn't grow with the stream.</summary>
internal static class LineSearch
{
    private const int Block = 1 << 20;

    // The server takes no request of more than 32 MiB, and writes down no more than that and its answer.
    private const int LongestLine = 1 << 27;

    /// <summary>Finds them, in order.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="needle">The bytes.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>Lines without their ends, each valid until the next is asked for.</returns>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> FindAsync(Stream stream, byte[] needle, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[Block];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                // A line longer than any that the server writes is none; what was read of it is given up.
                length = buffer.Length >= LongestLine ? 0 : length;
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, LongestLine));
            }

            var count = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            length += count;
            var whole = count == 0 ? length : buffer.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
            for (var from = 0; Next(buffer.AsSpan(0, whole), from, needle) is var (start, end); from = end)
            {
                yield return buffer.AsMemory(start, end - start);
            }

            if (count == 0)
            {
                yield break;
            }

            buffer.AsSpan(whole, length - whole).CopyTo(buffer);
            length -= whole;
        }
    }

    private static (int Start, int End)? Next(ReadOnlySpan<byte> block, int from, ReadOnlySpan<byte> needle)
    {
        var found = block[from..].IndexOf(needle);
        if (found < 0)
        {
            return null;
        }

        var at = from + found;
        var start = block[..at].LastIndexOf((byte)'\n') + 1;
        var end = block[at..].IndexOf((byte)'\n');
        return (start, end < 0 ? block.Length : at + end);
    }
}
