namespace RotateSecrets.Vault.Tests.Hosting;

/// <summary>A clock on which every pause is over at once, and which is later by its length then.</summary>
internal sealed class HastyTime : TimeProvider
{
    private TimeSpan slept;

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
