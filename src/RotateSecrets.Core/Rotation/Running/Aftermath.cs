using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;

namespace RotateSecrets.Rotation.Running;

/// <summary>Decides what becomes of a rotation after a step.</summary>
internal static class Aftermath
{
    /// <summary>Whether the failure of a step leads back at once.</summary>
    /// <remarks>
    /// A store that can't be reached, or doesn't answer, can't be led back either: such a rotation waits to be resumed. After the revocation was begun there is no way back.
    /// </remarks>
    public static bool LeadsBack(RotationRun run, IRotationStep step, Failure failure) =>
        !run.Record.IsUndoing
        && run.Plan.UndoOnFailure
        && !run.HasBegun(StepKind.Revoke)
        && step.Kind != StepKind.Preflight
        && failure.Effect == Effect.None
        && failure.Code is not (FailureCode.StoreUnavailable or FailureCode.StoreBusy or FailureCode.Throttled or FailureCode.DiskFull or FailureCode.Unexpected);

    /// <summary>Whether nothing was touched, so that the rotation can simply end.</summary>
    public static bool EndsAtOnce(RotationRun run, IRotationStep step) =>
        step.Kind == StepKind.Preflight && !run.HasBegun(StepKind.Create);

    /// <summary>Ends a rotation.</summary>
    public static async Task EndAsync(RotationRun run, RotationState outcome, string message)
    {
        await run.NoteAsync(run.Event(RotationEventKind.Ended, message) with
        {
            Facts = new Dictionary<string, string>(StringComparer.Ordinal) { [Fact.Outcome] = outcome.ToString() },
        });
        run.Rest();
    }
}
