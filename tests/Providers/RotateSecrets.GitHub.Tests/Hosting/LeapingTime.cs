namespace RotateSecrets.GitHub.Tests.Hosting;

/// <summary>A clock that leaps over whatever is waited for, so that waiting for a minute takes none. Who shares it agrees on what time it is.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            // A little passes with each look, as it does anywhere.
            return now += TimeSpan.FromTicks(1000);
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Leap(TimeSpan over)
    {
        lock (gate)
        {
            now += over;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero && dueTime != Timeout.InfiniteTimeSpan)
        {
            Leap(dueTime);
        }

        return System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
