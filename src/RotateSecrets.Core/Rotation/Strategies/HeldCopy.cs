using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>The copy that another store holds of a value which its own store can't give back: what a rotation can be undone with.</summary>
internal static class HeldCopy
{
    /// <summary>Reads the copy. The caller disposes of the value.</summary>
    public static async Task<Outcome<SecretVersion>> ReadAsync(RotationRun run, SecretAddress heldAt, CancellationToken cancellation) =>
        run.Services.Stores.StoreOf(heldAt).Succeeded(out var store, out var failure)
            ? await store.ReadAsync(heldAt, VersionSelector.Current, cancellation)
            : failure;

    /// <summary>Sees that the copy is what services accept now; a copy of something older would be no way back.</summary>
    /// <returns>Why it isn't, or can't be told; null where it is.</returns>
    public static async Task<Failure?> DoubtAsync(RotationRun run, SecretAddress heldAt, CancellationToken cancellation)
    {
        if (!run.Plan.Probes.Any(static probe => probe.Kind == ProbeKind.Jwt))
        {
            return new Failure(
                FailureCode.RollbackImpossible, run.Plan.Address.ToString(), $"Nothing can tell whether what {heldAt} holds is the value at {run.Plan.Address}: the plan has no Jwt probe.")
            {
                Remedy = "Add a Jwt probe to the plan, let its strategy be SideBySide, or say AllowIrreversible.",
            };
        }

        if ((await ReadAsync(run, heldAt, cancellation)).Failed(out var unread, out var copy))
        {
            return unread;
        }

        using var value = copy.Value!;
        return await ProbeRound.RefusalAsync(run, value, cancellation) is { } refused
            ? new Failure(FailureCode.RollbackImpossible, run.Plan.Address.ToString(), $"What {heldAt} holds is not the value at {run.Plan.Address}. {refused.Message}")
            {
                Remedy = $"Put the current value to {heldAt}, let the plan's strategy be SideBySide, or say AllowIrreversible.",
            }
            : null;
    }

    /// <summary>Brings the copy up to date. Repeating it does nothing.</summary>
    /// <returns>What was done; null where the plan names no copy.</returns>
    public static async Task<Outcome<StepReport>?> WriteAsync(RotationRun run, SecretValue value, string token, CancellationToken cancellation)
    {
        if (run.Plan.HeldAt is not { } heldAt)
        {
            return null;
        }

        if (!run.Services.Stores.StoreOf(heldAt).Succeeded(out var store, out var failure)
            || (await ReadAsync(run, heldAt, cancellation)).Failed(out failure, out var copy))
        {
            return failure;
        }

        using var held = copy.Value!;
        if (held.Equals(value))
        {
            return new StepReport($"{heldAt} holds it.");
        }

        return (await run.RenewAsync(cancellation)).Failure is { } lost
            ? lost
            : (await store.PutAsync(new PutRequest(heldAt, value, SecretStage.Current, token) { ExpectedVersion = copy.Id }, cancellation))
                .Map(version => new StepReport($"{heldAt} holds it, as version {version.Id}."));
    }
}
