using System.Buffers;
using System.Text.Json;

namespace RotateSecrets.Aws.Audit;

/// <summary>
/// Finds, in a stream of JSON, the objects in the array <c>Records</c> that hold certain bytes. The search for those bytes runs over whole buffers; only where there is a hit are the bounds
/// of its record looked for. Memory is one buffer, as long as the longest record that was hit needs it.
/// </summary>
/// <param name="stream">The stream. It stays the caller's to dispose of.</param>
/// <param name="needle">What a record holds that is wanted.</param>
internal sealed class RecordScanner(Stream stream, ReadOnlyMemory<byte> needle) : IDisposable
{
    private const int Buffer = 1 << 20;
    private const int LongestRecord = 64 << 20;

    private byte[] window = ArrayPool<byte>.Shared.Rent(Buffer);
    private int held;
    private bool? isArray;

    /// <summary>Deals with the next piece of the stream.</summary>
    /// <param name="take">Takes the records that are found in it.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<ScanProgress> NextAsync(RecordTaker take, CancellationToken cancellation)
    {
        var wanted = Math.Min(window.Length - held, Buffer / 2);
        var read = await stream.ReadAtLeastAsync(window.AsMemory(held), wanted, throwOnEndOfStream: false, cancellation);
        held += read;
        isArray ??= BeginsArray(window.AsSpan(0, held));
        var isLast = read < wanted;
        var done = Take(window.AsSpan(0, held), needle.Span, isLast, take);
        if (isLast)
        {
            return done >= 0 && EndsWell(window.AsSpan(0, held), isArray == true) ? ScanProgress.Ended : ScanProgress.Broken;
        }

        window.AsSpan(done, held - done).CopyTo(window);
        held -= done;
        return held < window.Length || Widen() ? ScanProgress.More : ScanProgress.Broken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(window);
        window = [];
    }

    // A record longer than the buffer.
    private bool Widen()
    {
        if (window.Length >= LongestRecord)
        {
            return false;
        }

        var larger = ArrayPool<byte>.Shared.Rent(window.Length * 2);
        window.AsSpan(0, held).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(window);
        window = larger;
        return true;
    }

    // How far the window is dealt with; negative where a record that was hit isn't whole at the end of the stream.
    private static int Take(ReadOnlySpan<byte> window, ReadOnlySpan<byte> needle, bool isLast, RecordTaker take)
    {
        var from = 0;
        while (true)
        {
            var hit = window[from..].IndexOf(needle);
            if (hit < 0)
            {
                // The needle may lie across the edge, and its record has begun before it: keep what may belong to it.
                return isLast ? window.Length : Math.Max(from, StartBefore(window, from, window.Length));
            }

            var start = StartBefore(window, from, from + hit);
            var length = LengthOf(window[start..]);

            // Somebody else's tool may write a record's members in another order: then what is hit begins behind the one that was found.
            while (length > 0 && start + length <= from + hit && NextAfter(window, start + length) is var next && next >= 0)
            {
                start = next;
                length = LengthOf(window[start..]);
            }

            if (length < 0)
            {
                return isLast ? -1 : start;
            }

            if (start + length > from + hit)
            {
                take(window.Slice(start, length));
                from = start + length;
            }
            else
            {
                from += hit + needle.Length;
            }
        }
    }

    // Where the next object of an array begins; negative where something else follows.
    private static int NextAfter(ReadOnlySpan<byte> window, int at)
    {
        while (at < window.Length && window[at] is (byte)',' or (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t')
        {
            at++;
        }

        return at < window.Length && window[at] == '{' ? at : -1;
    }

    // Every record begins with this member, as CloudTrail writes them.
    private static int StartBefore(ReadOnlySpan<byte> window, int from, int before)
    {
        var start = window[from..before].LastIndexOf("{\"eventVersion\""u8);
        return start < 0 ? from : from + start;
    }

    // The number of bytes in the first object; negative where it isn't whole.
    private static int LengthOf(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 128 }));
            return reader.Read() && reader.TrySkip() ? (int)reader.BytesConsumed : -1;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    private static bool BeginsArray(ReadOnlySpan<byte> window)
    {
        ReadOnlySpan<byte> beginning = "{\"Records\":["u8;
        foreach (var one in window)
        {
            if (beginning.IsEmpty)
            {
                break;
            }

            if (one == beginning[0])
            {
                beginning = beginning[1..];
            }
            else if (!char.IsWhiteSpace((char)one))
            {
                return false;
            }
        }

        return beginning.IsEmpty;
    }

    // A file that was cut off behind a record looks whole but for the end of the array.
    private static bool EndsWell(ReadOnlySpan<byte> window, bool isArray)
    {
        var text = window.TrimEnd(" \r\n\t"u8);
        return text is [.., (byte)'}'] && (!isArray || text[..^1].TrimEnd(" \r\n\t"u8) is [.., (byte)']']);
    }
}

/// <summary>How far a scan is.</summary>
internal enum ScanProgress
{
    /// <summary>There is more to come.</summary>
    More,

    /// <summary>The stream ended where a document may.</summary>
    Ended,

    /// <summary>The stream ended in the middle of a record, or is no CloudTrail file.</summary>
    Broken,
}

/// <summary>Takes the JSON of one record. The span must not be kept.</summary>
/// <param name="record">The record.</param>
internal delegate void RecordTaker(ReadOnlySpan<byte> record);
