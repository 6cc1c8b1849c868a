namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>What goes wrong with a call.</summary>
internal enum FaultKind
{
    Exception,
    TimeoutWithEffect,
    TimeoutWithoutEffect,
    Conflict,
    Throttled,
    HalfAnswer,
    KilledBefore,
    KilledAfter,
    SuspendedBefore,
    SuspendedAfter,
}

/// <summary>Which of the calls that leave a process go wrong, by their running number, counted from 1 over all processes of a world.</summary>
internal sealed class FaultSchedule
{
    private readonly Dictionary<int, FaultKind> faults = [];
    private int calls;

    public static FaultSchedule None => new();

    /// <summary>How many calls there were.</summary>
    public int Calls => calls;

    /// <summary>What goes wrong with calls that begin with a word, as long as it is set; null for nothing.</summary>
    public (string Word, FaultKind Kind)? Persistent { get; set; }

    public static FaultSchedule Of(params IEnumerable<(int Call, FaultKind Kind)> faults)
    {
        var schedule = new FaultSchedule();
        foreach (var (call, kind) in faults)
        {
            schedule.faults[call] = kind;
        }

        return schedule;
    }

    /// <summary>Lets the call after so many others go wrong, and none of those that were to before; after 0, none at all.</summary>
    public void Arm(int after, FaultKind kind)
    {
        faults.Clear();
        if (after > 0)
        {
            faults[calls + after] = kind;
        }
    }

    /// <summary>Numbers a call, and says what goes wrong with it.</summary>
    public FaultKind? Next(string call)
    {
        var number = Interlocked.Increment(ref calls);
        return Persistent is { } persistent && call.StartsWith(persistent.Word, StringComparison.Ordinal) ? persistent.Kind
            : faults.TryGetValue(number, out var kind) ? kind
            : null;
    }

    public override string ToString() => string.Join(", ", faults.OrderBy(static fault => fault.Key).Select(static fault => $"{fault.Value} at call {fault.Key}"));
}
