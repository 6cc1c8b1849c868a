using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>What strategies do alike to a second name.</summary>
internal static class SideMoves
{
    /// <summary>Why the second name can't be used: there is somebody else's secret; null where it can.</summary>
    public static async Task<Failure?> SideFailureAsync(this RotationRun run, SecretAddress side, CancellationToken cancellation)
    {
        if (await DenialAsync(run, side, StoreAccess.List | StoreAccess.Read | StoreAccess.Write | StoreAccess.Remove, $"The new value can't stand at {side}", cancellation) is { } denied)
        {
            return denied;
        }

        await foreach (var listed in run.Store.ListVersionsAsync(side, cancellation))
        {
            if (listed.Succeeded(out var version, out var failure) && version.Stage != SecretStage.Revoked && version.Token != run.Record.Id)
            {
                return new Failure(FailureCode.VersionConflict, side.ToString(), $"There is a secret at {side} already, and it is not this rotation's.")
                {
                    Remedy = "Undo the rotation that it belongs to, or take it away.",
                };
            }

            if (failure is not null && failure.Code != FailureCode.SecretNotFound)
            {
                return failure;
            }
        }

        return null;
    }

    /// <summary>Why a consumer couldn't be pointed to the second name; null where it could. Who can't be pointed elsewhere at all is none's matter here.</summary>
    /// <param name="run">The rotation.</param>
    /// <param name="side">The second name.</param>
    /// <param name="isForGood">Whether the first name is removed in the end: nobody may refer to it in a way that has nothing to be changed.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async Task<Failure?> RepointFailureAsync(this RotationRun run, SecretAddress side, bool isForGood, CancellationToken cancellation)
    {
        var request = new RepointRequest(run.Plan.Address, side, run[Fact.Run] ?? run.Record.Id) { RotationId = run.Record.Id, Directly = run.Plan.Runs?.Direct ?? false };
        await foreach (var found in run.Services.Consumers.FindAsync(run.Plan.Address, cancellation))
        {
            if (!found.Succeeded(out var consumer, out var unread))
            {
                return unread;
            }

            // Where the second name has to be there for the change to be worked out, it is told when it is.
            if (!run.Plan.Consumers.Takes(consumer) || run.Services.Consumers.ControlOf(consumer).Failed(out _, out var control) || control is not IConsumerRepointer repointer)
            {
                continue;
            }

            if ((await repointer.PreviewAsync(consumer, request, cancellation)).Failed(out var failure, out var preview))
            {
                if (failure.Code is FailureCode.NotSupported or FailureCode.DocumentInvalid)
                {
                    return failure;
                }
            }
            else if (isForGood && preview is { Diff.Length: 0, IsInForce: true })
            {
                return new Failure(
                    FailureCode.NotSupported, consumer.Id, $"{consumer} would go on referring to {run.Plan.Address}, which is removed in the end: it has no name that could be changed ({consumer.References[0]}).")
                {
                    Remedy = "Let the plan's strategy be SideBySide, or make it refer to the secret by its name.",
                };
            }
        }

        return null;
    }

    /// <summary>Writes the candidate under the second name.</summary>
    public static async Task<Outcome<StepReport>> StageAsideAsync(this RotationRun run, SecretAddress side, SecretValue candidate, CancellationToken cancellation) =>
        (await run.Store.PutAsync(new PutRequest(side, candidate, SecretStage.Current, run.Record.Id), cancellation)).Map(
            static version => new StepReport($"The candidate stands at {version.Address}.").With((Fact.Side, version.Id)));

    /// <summary>Takes the second name away.</summary>
    public static async Task<Outcome<StepReport>> RetireAsync(this RotationRun run, SecretAddress side, CancellationToken cancellation) =>
        (await run.Store.RemoveAsync(side, cancellation)).Map(static retired => new StepReport($"{retired} is retired."));

    /// <summary>Why a secret couldn't be taken away in the end; null where it could, or where the store can't tell beforehand.</summary>
    public static Task<Failure?> RemovalFailureAsync(this RotationRun run, CancellationToken cancellation) =>
        DenialAsync(run, run.Plan.Address, StoreAccess.Remove, $"{run.Plan.Address} can't be removed in the end", cancellation);

    private static async Task<Failure?> DenialAsync(RotationRun run, SecretAddress address, StoreAccess wanted, string what, CancellationToken cancellation) => !run.HasPolicies ? null
        : (await run.Store.CheckAccessAsync(address, wanted, cancellation)).Failed(out var unknown, out var access) ? unknown
        : access.Granted ? null
        : new Failure(FailureCode.AccessDenied, address.ToString(), $"{what}: {access.Missing} is not permitted there. {string.Join(' ', access.Findings)}");
}
