using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>What this process wrote: when, so that a restart comes in a later second; and what was replaced, so that it is scrubbed from logs too.</summary>
internal sealed class RecentWrites : IDisposable
{
    private const int Kept = 32;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private readonly Queue<SecretValue> replaced = new();
    private readonly Dictionary<string, (string Fingerprint, DateTimeOffset At)> seen = new(StringComparer.Ordinal);
    private long? last;

    /// <summary>When the last one was, by the clock's own ticks; null where there was none.</summary>
    public long? Last
    {
        get
        {
            lock (gate)
            {
                return last;
            }
        }
    }

    /// <summary>
    /// When this process saw a value first where others write it, by the server's clock: it was written before then. By how much isn't told, for a server notes no new time where the
    /// same hand writes again. It counts as a write: a restart comes in a later second than that.
    /// </summary>
    public DateTimeOffset FirstSeen(TimeProvider time, string place, string fingerprint, DateTimeOffset now)
    {
        lock (gate)
        {
            if (!seen.TryGetValue(place, out var known) || known.Fingerprint != fingerprint)
            {
                seen[place] = known = (fingerprint, now);
                last = time.GetTimestamp();
            }

            return known.At;
        }
    }

    /// <summary>A Secret was just written.</summary>
    public void Note(TimeProvider time, SecretValue? old)
    {
        lock (gate)
        {
            last = time.GetTimestamp();
            if (old is not null)
            {
                replaced.Enqueue(old.Reveal(static bytes => SecretValue.FromBytes(bytes)));
                while (replaced.Count > Kept)
                {
                    replaced.Dequeue().Dispose();
                }
            }
        }
    }

    /// <summary>
    /// Waits until the server's clock shows a later second than that of the last write: the times of pods and Secrets have no fractions, and a pod of the same second could be older.
    /// </summary>
    public async Task SettleAsync(TimeProvider time, CancellationToken cancellation)
    {
        if (Last is { } began && Second - time.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time, cancellation);
        }
    }

    /// <summary>Copies of the values that were replaced. The caller disposes of them.</summary>
    public IReadOnlyList<SecretValue> Replaced()
    {
        lock (gate)
        {
            return [.. replaced.Select(static value => value.Reveal(static bytes => SecretValue.FromBytes(bytes)))];
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            while (replaced.TryDequeue(out var value))
            {
                value.Dispose();
            }
        }
    }
}
