using System.Collections.Immutable;

namespace RotateSecrets.Rotation.Records;

/// <summary>The record of a rotation: the fold of its events.</summary>
/// <param name="Id">Its id.</param>
public sealed record SecretRotation(string Id)
{
    /// <summary>The secret, as the plan names it.</summary>
    public string Address { get; init; } = string.Empty;

    /// <summary>Where the store is.</summary>
    public string Store { get; init; } = string.Empty;

    /// <summary>Where it stands.</summary>
    public RotationState State { get; init; }

    /// <summary>How the new value takes the old one's place: the name of a strategy.</summary>
    public string Strategy { get; init; } = string.Empty;

    /// <summary>Whether it was an emergency.</summary>
    public bool Emergency { get; init; }

    /// <summary>Who holds it, or held it last.</summary>
    public string Holder { get; init; } = string.Empty;

    /// <summary>When it was begun, in UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When its last event happened, in UTC.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>The new version's id; null before it is staged.</summary>
    public string? Candidate { get; init; }

    /// <summary>The old version's id; null where there was none.</summary>
    public string? Previous { get; init; }

    /// <summary>The plan's hash.</summary>
    public string PlanHash { get; init; } = string.Empty;

    /// <summary>The rotation that this one is derived from; null for one that was asked for.</summary>
    public string? Parent { get; init; }

    /// <summary>The steps that were begun, in their order; one that was repeated stands once.</summary>
    public ImmutableList<StepRecord> Steps { get; init; } = [];

    /// <summary>The revocations that are or were owed.</summary>
    public ImmutableList<RotationDebt> Debts { get; init; } = [];

    /// <summary>Its events.</summary>
    public ImmutableList<RotationEvent> Events { get; init; } = [];

    /// <summary>What became of consumers and checks, in the order of their ends.</summary>
    public IReadOnlyList<RotationObservation> Observations => [.. Events.Select(RotationObservation.Of).OfType<RotationObservation>()];

    /// <summary>Why it is where it is, for people; the last failure's message, or what ended it.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>What the events noted, for the module: of each fact the last word.</summary>
    internal ImmutableDictionary<string, string> Facts { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Whether nothing is left to do but to pay a debt.</summary>
    public bool HasEnded => State is RotationState.Completed or RotationState.CompletedWithDebt or RotationState.Undone;

    /// <summary>From the first event to the last.</summary>
    public TimeSpan Duration => ChangedAt - StartedAt;

    /// <summary>Folds events, oldest first.</summary>
    /// <param name="id">The rotation's id.</param>
    /// <param name="events">Its events.</param>
    public static SecretRotation Of(string id, IEnumerable<RotationEvent> events) =>
        events.Aggregate(new SecretRotation(id), static (rotation, happened) => rotation.With(happened));

    /// <summary>The rotation after one more event.</summary>
    /// <param name="happened">The event.</param>
    public SecretRotation With(RotationEvent happened)
    {
        var facts = Facts.SetItems(happened.Facts);
        var next = this with
        {
            Events = Events.Add(happened),
            Facts = facts,
            ChangedAt = happened.At,
            Candidate = facts.GetValueOrDefault(Fact.Candidate),
            Previous = facts.GetValueOrDefault(Fact.Previous),
            Holder = facts.GetValueOrDefault(Fact.Holder, string.Empty),
            Steps = StepRecord.Apply(Steps, happened),
            Debts = RotationDebt.Apply(Debts, happened),
            State = After(happened),
            IsUndoing = IsUndoing || happened.Kind == RotationEventKind.UndoBegun,
            Message = happened.Kind is RotationEventKind.Noted or RotationEventKind.Held or RotationEventKind.StepBegun ? Message : happened.Message,
        };
        return happened.Kind == RotationEventKind.Begun
            ? next with
            {
                Address = facts.GetValueOrDefault(Fact.Address, string.Empty),
                Store = facts.GetValueOrDefault(Fact.Store, string.Empty),
                Strategy = facts.GetValueOrDefault(Fact.Strategy, string.Empty),
                PlanHash = facts.GetValueOrDefault(Fact.PlanHash, string.Empty),
                Parent = facts.GetValueOrDefault(Fact.Parent),
                Emergency = facts.ContainsKey(Fact.Emergency),
                StartedAt = happened.At,
            }
            : next;
    }

    /// <summary>Id, address and state.</summary>
    public override string ToString() => $"{Id} {Address} {State}";

    private RotationState After(RotationEvent happened) => happened.Kind switch
    {
        RotationEventKind.Begun => RotationState.Running,
        RotationEventKind.Held when !HasEnded => IsUndoing ? RotationState.Undoing : RotationState.Running,
        RotationEventKind.UndoBegun => RotationState.Undoing,
        RotationEventKind.Stopped => RotationState.Stopped,
        RotationEventKind.StepFailed => RotationState.Failed,
        RotationEventKind.StepBegun when !HasEnded => IsUndoing ? RotationState.Undoing : RotationState.Running,
        RotationEventKind.Ended => Enum.Parse<RotationState>(happened.Facts[Fact.Outcome]),
        RotationEventKind.DebtPaid when State == RotationState.CompletedWithDebt && Debts.Count(static debt => !debt.IsPaid) <= 1 => RotationState.Completed,
        _ => State,
    };

    /// <summary>Whether the steps lead back.</summary>
    public bool IsUndoing { get; init; }
}
