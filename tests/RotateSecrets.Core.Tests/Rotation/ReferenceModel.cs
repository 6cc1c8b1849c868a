namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>Where a rotation stands, as far as it matters for what may come next.</summary>
internal enum Standing
{
    /// <summary>None was begun.</summary>
    None,

    /// <summary>On its way, and it may still go back.</summary>
    Forward,

    /// <summary>On its way, and the old value is being destroyed, or was overwritten where nobody could read it.</summary>
    PastReturn,

    /// <summary>On its way back.</summary>
    Back,

    /// <summary>Ended: the new value is current.</summary>
    Completed,

    /// <summary>Ended: the old value is current.</summary>
    Undone,
}

/// <summary>What an operator does.</summary>
internal enum Act
{
    Invoke,
    Resume,
    Undo,

    /// <summary>Resumes, and says no when asked about the revocation.</summary>
    Refuse,
}

/// <summary>Where a rotation may stand after somebody did something to it: all that the state machine is allowed to do, on one page.</summary>
internal static class ReferenceModel
{
    /// <summary>Where it may stand after an act that nothing came in between.</summary>
    public static IReadOnlyList<Standing> After(Standing before, Act act) => (before, act) switch
    {
        (Standing.None or Standing.Completed or Standing.Undone, Act.Invoke) => [Standing.Completed],
        (Standing.Forward or Standing.PastReturn, Act.Resume) => [Standing.Completed],
        (Standing.Back, Act.Resume or Act.Undo or Act.Refuse) => [Standing.Undone],
        (Standing.Forward, Act.Undo) => [Standing.Undone],

        // With a no, the old value stays where the store still has it.
        (Standing.Forward, Act.Refuse) => [Standing.Forward, Standing.PastReturn],

        // Nobody is asked once it was revoked.
        (Standing.PastReturn, Act.Refuse) => [Standing.PastReturn, Standing.Completed],
        _ => [before],
    };

    /// <summary>Where it may stand after an act whose process died, or fell asleep, somewhere on the way.</summary>
    public static IReadOnlyList<Standing> Within(Standing before, Act act) => (before, act) switch
    {
        (Standing.None or Standing.Completed or Standing.Undone, Act.Invoke) => [before, Standing.Forward, Standing.PastReturn, Standing.Completed],
        (Standing.Forward, Act.Resume) => [Standing.Forward, Standing.PastReturn, Standing.Completed],
        (Standing.PastReturn, Act.Resume or Act.Refuse) => [Standing.PastReturn, Standing.Completed],
        (Standing.Forward, Act.Undo) => [Standing.Forward, Standing.Back, Standing.Undone],
        (Standing.Forward, Act.Refuse) => [Standing.Forward, Standing.PastReturn],
        (Standing.Back, not Act.Invoke) => [Standing.Back, Standing.Undone],
        _ => [before],
    };
}
