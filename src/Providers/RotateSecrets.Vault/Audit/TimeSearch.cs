using System.Globalization;
using System.Text;

namespace RotateSecrets.Vault.Audit;

/// <summary>Finds the place in a log from which on it is younger than a moment, without reading what is before: the server writes its lines in the order of their times.</summary>
internal static class TimeSearch
{
    // Below that, reading is quicker than searching.
    private const int Enough = 1 << 20;

    private const int Look = 1 << 16;

    private static readonly byte[] Member = "\"time\":\""u8.ToArray();

    /// <summary>Finds it.</summary>
    /// <param name="stream">The log.</param>
    /// <param name="moment">The moment.</param>
    /// <returns>The beginning of a line; everything that is younger lies behind it.</returns>
    public static long Find(Stream stream, DateTimeOffset moment)
    {
        var (older, younger) = (0L, stream.Length);
        var buffer = new byte[Look];
        while (younger - older > Enough)
        {
            var middle = older + ((younger - older) / 2);
            if (Line(stream, buffer, middle) is var (start, at) && start < younger && at < moment)
            {
                older = start;
            }
            else
            {
                younger = middle;
            }
        }

        return older;
    }

    // The first line that begins behind a place, and its time; a line that tells none counts as young.
    private static (long Start, DateTimeOffset At)? Line(Stream stream, byte[] buffer, long from)
    {
        stream.Position = from;
        var read = buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        var start = read.IndexOf((byte)'\n') + 1;
        var member = start == 0 ? -1 : read[start..].IndexOf(Member);
        if (member < 0)
        {
            return null;
        }

        var text = read[(start + member + Member.Length)..];
        var end = text.IndexOf((byte)'"');
        return end > 0 && DateTimeOffset.TryParse(Encoding.ASCII.GetString(text[..end]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? (from + start, at)
            : null;
    }
}
