using RotateSecrets.Outcomes;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>What every call from a process to the world passes through: here it is numbered, and here it goes wrong.</summary>
/// <param name="world">The world.</param>
/// <param name="process">The process.</param>
internal sealed class Wire(World world, OperatorProcess process)
{
    public OperatorProcess Process => process;

    /// <summary>Makes a call to a store or a consumer.</summary>
    /// <param name="call">What it is, for people.</param>
    /// <param name="work">What it does to the world, all at once.</param>
    /// <param name="conflict">How the system says that somebody else was there first.</param>
    /// <param name="half">What is left of an answer that breaks off; null where nothing is.</param>
    public async Task<Outcome<T>> CallAsync<T>(
        string call, Func<Outcome<T>> work, FailureCode conflict, Func<Outcome<T>, Outcome<T>>? half = null)
        where T : notnull
    {
        await process.RunningAsync();
        var fault = world.Faults.Next(call);
        switch (fault)
        {
            case FaultKind.Exception:
                throw new IOException("The connection was reset.");
            case FaultKind.TimeoutWithoutEffect:
                return Lost(call);
            case FaultKind.Conflict:
                return new Failure(conflict, call, "Somebody else was there first.");
            case FaultKind.Throttled:
                return new Failure(FailureCode.Throttled, call, "There were too many calls.") { RetryAfter = TimeSpan.FromSeconds(7) };
            case FaultKind.KilledBefore:
                process.Kill();
                break;
            case FaultKind.SuspendedBefore:
                process.Suspend();
                break;
        }

        await process.RunningAsync();
        var outcome = world.Do($"{process.Name}: {call}", work);
        switch (fault)
        {
            case FaultKind.TimeoutWithEffect:
                return Lost(call);
            case FaultKind.HalfAnswer:
                return half is null ? BrokenOff(call) : half(outcome);
            case FaultKind.KilledAfter:
                process.Kill();
                break;
            case FaultKind.SuspendedAfter:
                process.Suspend();
                break;
        }

        await process.RunningAsync();
        return outcome;
    }

    /// <summary>The failure of an answer that came in part.</summary>
    public static Failure BrokenOff(string call) =>
        new(FailureCode.StoreUnavailable, call, "The answer broke off.") { Effect = Effect.Unknown };

    private static Failure Lost(string call) =>
        new(FailureCode.DeadlineExceeded, call, "There was no answer in time.") { Effect = Effect.Unknown };
}
