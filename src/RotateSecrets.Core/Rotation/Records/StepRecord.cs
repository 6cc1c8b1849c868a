using System.Collections.Immutable;

namespace RotateSecrets.Rotation.Records;

/// <summary>How far a step has come.</summary>
public enum StepState
{
    /// <summary>It was begun, and may or may not have happened.</summary>
    Begun,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>It could not be done.</summary>
    Failed,
}

/// <summary>A step of a rotation, as its events tell.</summary>
/// <param name="Number">Its place in the sequence.</param>
/// <param name="Kind">What it does.</param>
/// <param name="State">How far it has come.</param>
/// <param name="StartedAt">When it was first begun, in UTC.</param>
/// <param name="ChangedAt">When its last event happened, in UTC.</param>
/// <param name="Message">What was seen, for people.</param>
public sealed record StepRecord(
    int Number, StepKind Kind, StepState State, DateTimeOffset StartedAt, DateTimeOffset ChangedAt, string Message)
{
    /// <summary>From its beginning to its last event.</summary>
    public TimeSpan Duration => ChangedAt - StartedAt;

    /// <summary>Kind, state and message.</summary>
    public override string ToString() => $"{Kind} {State} {Message}".TrimEnd();

    internal static ImmutableList<StepRecord> Apply(ImmutableList<StepRecord> steps, RotationEvent happened)
    {
        if (happened is not { Step: { } number, StepKind: { } kind })
        {
            return steps;
        }

        var index = steps.FindIndex(step => step.Number == number);
        StepState? state = happened.Kind switch
        {
            RotationEventKind.StepBegun => StepState.Begun,
            RotationEventKind.StepDone => StepState.Done,
            RotationEventKind.StepFailed => StepState.Failed,
            _ => null,
        };
        if (index < 0)
        {
            return state is null ? steps : steps.Add(new StepRecord(number, kind, state.Value, happened.At, happened.At, happened.Message));
        }

        var step = steps[index];
        return steps.SetItem(index, step with
        {
            State = state ?? step.State,
            ChangedAt = happened.At,
            Message = happened.Message.Length > 0 ? happened.Message : step.Message,
        });
    }
}
