namespace RotateSecrets.Contracts;

/// <summary>A clock on which every pause is over at once, and which is later by its length then.</summary>
public sealed class HastyTime : TimeProvider
{
    private TimeSpan slept;

    /// <summary>How long all pauses were together.</summary>
    public TimeSpan Slept => slept;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + slept;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(slept.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
        {
            slept += dueTime;
        }

        return base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}
