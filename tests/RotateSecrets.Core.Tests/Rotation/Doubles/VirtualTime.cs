using Microsoft.Extensions.Time.Testing;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>A clock that moves only when somebody sleeps, and then at once. Deadlines and heartbeats are met by the time that others sleep.</summary>
internal sealed class VirtualTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero))
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        var isSleep = period == Timeout.InfiniteTimeSpan && state is not CancellationTokenSource;
        if (isSleep && dueTime > TimeSpan.Zero)
        {
            Advance(dueTime);
        }

        return timer;
    }
}
