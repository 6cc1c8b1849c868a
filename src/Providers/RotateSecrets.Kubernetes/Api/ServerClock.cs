namespace RotateSecrets.Kubernetes.Api;

/// <summary>
/// The server's clock, which need not show the time of ours. An answer's Date has no fractions, and was made between the request and the answer: each answer narrows the difference down.
/// </summary>
/// <param name="time">Our clock.</param>
internal sealed class ServerClock(TimeProvider time)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private (TimeSpan Least, TimeSpan Most)? ahead;

    /// <summary>What it shows now, at the least.</summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (gate)
            {
                return time.GetUtcNow() + (ahead?.Least ?? TimeSpan.Zero);
            }
        }
    }

    /// <summary>What it showed at a time of our clock, at the most.</summary>
    public DateTimeOffset At(DateTimeOffset ours)
    {
        lock (gate)
        {
            return ours + (ahead?.Most ?? TimeSpan.Zero);
        }
    }

    /// <summary>Takes an answer into account.</summary>
    /// <param name="date">The answer's Date.</param>
    /// <param name="sent">When it was asked, by our clock.</param>
    public void Note(DateTimeOffset date, DateTimeOffset sent)
    {
        var (least, most) = (date - time.GetUtcNow(), date + Second - sent);
        lock (gate)
        {
            // Where a clock was set meanwhile, or another server of several answers, what was known no longer holds.
            ahead = ahead is { } known && known.Least <= most && least <= known.Most
                ? (known.Least > least ? known.Least : least, known.Most < most ? known.Most : most)
                : (least, most);
        }
    }

    /// <summary>Waits until it shows a later second than a time: what the server makes then is told to be younger.</summary>
    /// <param name="moment">The time, by the server's clock.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task PassAsync(DateTimeOffset moment, CancellationToken cancellation)
    {
        var next = DateTimeOffset.FromUnixTimeSeconds(moment.ToUnixTimeSeconds() + 1);
        for (var rest = next - Now; rest > TimeSpan.Zero; rest = next - Now)
        {
            await Task.Delay(rest < Second ? rest + TimeSpan.FromMilliseconds(1) : Second, time, cancellation);
        }
    }
}
