using RotateSecrets.Outcomes;

namespace RotateSecrets.Rotation.Records;

/// <summary>What a journal entry tells.</summary>
public enum RotationEventKind
{
    /// <summary>The rotation was begun.</summary>
    Begun,

    /// <summary>Somebody took it up: at its beginning, and whenever it is resumed or undone.</summary>
    Held,

    /// <summary>A step is about to be done: what follows may or may not have happened.</summary>
    StepBegun,

    /// <summary>Something worth keeping happened within a step.</summary>
    Noted,

    /// <summary>A step is done.</summary>
    StepDone,

    /// <summary>A step could not be done.</summary>
    StepFailed,

    /// <summary>From here on the steps lead back.</summary>
    UndoBegun,

    /// <summary>A revocation is owed.</summary>
    DebtOwed,

    /// <summary>Another attempt to pay a debt failed.</summary>
    DebtRetried,

    /// <summary>A debt was owed for longer than the plan allows.</summary>
    DebtEscalated,

    /// <summary>A revocation that was owed has been made.</summary>
    DebtPaid,

    /// <summary>The work was stopped at a safe point, and can be taken up again.</summary>
    Stopped,

    /// <summary>The rotation has ended.</summary>
    Ended,
}

/// <summary>One entry of the journal. A rotation is the fold of its events.</summary>
/// <param name="RotationId">Which rotation.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Kind">What the entry tells.</param>
public sealed record RotationEvent(string RotationId, DateTimeOffset At, RotationEventKind Kind)
{
    /// <summary>The place of the entry in the journal, counted from 1; 0 before it is appended.</summary>
    public long Sequence { get; init; }

    /// <summary>Which step it is about, by its place in the sequence; null where it is about the whole rotation.</summary>
    public int? Step { get; init; }

    /// <summary>What that step does.</summary>
    public StepKind? StepKind { get; init; }

    /// <summary>What happened, for people. Never a secret.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>Why it failed, where it did.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>What happened, for the module: version ids, tokens, choices. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = NoFacts;

    private static IReadOnlyDictionary<string, string> NoFacts { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Time, step and message.</summary>
    public override string ToString() => $"{At:HH:mm:ss} {(StepKind is null ? Kind : StepKind)} {Message}".TrimEnd();
}
