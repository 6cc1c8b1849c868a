using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Running;

/// <summary>Decides what becomes of a rotation after a step.</summary>
internal static class Aftermath
{
    /// <summary>Whether the failure of a step leads back at once.</summary>
    /// <remarks>
    /// A store that can't be reached, or doesn't answer, or takes the credentials no more, can't be led back either: such a rotation waits to be resumed. So does one whose store has a rotation of its own
    /// under way: how far that has come isn't known.
    /// </remarks>
    public static async Task<bool> LeadsBackAsync(RotationRun run, IRotationStep step, Failure failure, CancellationToken cancellation) =>
        !run.Record.IsUndoing
        && run.Plan.UndoOnFailure
        && step.Kind != StepKind.Preflight
        && failure.Effect == Effect.None
        && failure.Code is not (FailureCode.StoreUnavailable or FailureCode.StoreBusy or FailureCode.Throttled or FailureCode.DiskFull or FailureCode.CredentialsInvalid
            or FailureCode.RotationUnfinished or FailureCode.Unexpected)
        && await BarrierAsync(run, cancellation) is null;

    /// <summary>What bars the way back; null where it is open. It is asked before the first step back, so that nobody gets stuck between the two ways.</summary>
    public static async Task<Failure?> BarrierAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run[Fact.Revoking] is not null)
        {
            return Barrier(run, $"Revoking version {run.Record.Previous} of {run.Record.Address} was begun: the old value can't be put back.");
        }

        var isDelegated = run.Strategy.Kind == StrategyKind.Delegated;
        if (!run.HasBegun(isDelegated ? StepKind.Create : StepKind.Stage))
        {
            return null;
        }

        var found = await StepPerformer.GuardAsync(run, token => run.FindCurrentAsync(token), cancellation);
        if (!found.Succeeded(out var current, out var failure))
        {
            return failure;
        }

        if (isDelegated && current.Version?.Id != run[Fact.Previous])
        {
            return Barrier(run, $"The store's own function has rotated {run.Record.Address}: what the old value opened may not take it any more.");
        }

        return current.Version?.Id == run[Fact.Previous] || await HasOldValueAsync(run, cancellation)
            ? null
            : Barrier(run, $"The new value of {run.Record.Address} is in force, and the old one is held nowhere: it can't be put back.");
    }

    private static async Task<bool> HasOldValueAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Previous() is not null && run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Versioned))
        {
            return true;
        }

        if (!(await run.UnsealAsync(CreateStep.Previous, cancellation)).Succeeded(out var value, out _))
        {
            return false;
        }

        value.Dispose();
        return true;
    }

    private static Failure Barrier(RotationRun run, string message) => new(FailureCode.RollbackImpossible, run.Record.Address, message)
    {
        Remedy = "Go on with Resume-SecretRotation; if the new value doesn't work, rotate again.",
    };

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
