namespace RotateSecrets.GitHub.Client;

/// <summary>The server's clock, as its answers show it. What it stamps is compared with it, never with this machine's.</summary>
/// <param name="time">This machine's clock.</param>
internal sealed class ServerClock(TimeProvider time)
{
    private long offset;

    /// <summary>What the server's clock shows now.</summary>
    public DateTimeOffset Now => time.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref offset));

    /// <summary>How far it is ahead of this machine's.</summary>
    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref offset));

    /// <summary>Takes what an answer shows.</summary>
    public void Note(DateTimeOffset? date)
    {
        // A header shows whole seconds: a smaller difference than two says nothing.
        if (date is { } shown && shown - time.GetUtcNow() is var seen)
        {
            Interlocked.Exchange(ref offset, Math.Abs(seen.Ticks) < 2 * TimeSpan.TicksPerSecond ? 0 : seen.Ticks);
        }
    }
}
