using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>What strategies do alike to the versions of a secret.</summary>
internal static class VersionMoves
{
    /// <summary>The candidate, once it was staged.</summary>
    public static SecretVersion Candidate(this RotationRun run, SecretAddress address, SecretStage stage, string fact = Fact.Candidate) =>
        new(address, run[fact] ?? string.Empty, stage, run.Moment(Fact.StagedAt) ?? run.Record.StartedAt)
        {
            Fingerprint = run[Fact.CandidateFingerprint],
        };

    /// <summary>The old version; null where there was none.</summary>
    public static SecretVersion? Previous(this RotationRun run) => run[Fact.Previous] is { } id
        ? new SecretVersion(run.Plan.Address, id, SecretStage.Previous, run.Record.StartedAt) { Fingerprint = run[Fact.PreviousFingerprint] }
        : null;

    /// <summary>Makes the old version current again, where the store still has it.</summary>
    public static async Task<Outcome<StepReport>> RestorePreviousAsync(this RotationRun run, CancellationToken cancellation) =>
        run.Previous() is { } previous
            ? (await run.Store.PromoteAsync(previous.Address, previous.Id, expectedCurrent: null, cancellation)).Map(
                static version => new StepReport($"Version {version.Id} is current again."))
            : new StepReport("There was no earlier version.");

    /// <summary>Revokes the old version, once nobody uses it and the new one was seen to work.</summary>
    public static async Task<Outcome<StepReport>> RevokePreviousAsync(this RotationRun run, CancellationToken cancellation)
    {
        if (run.Previous() is not { } previous)
        {
            return new StepReport("There was no earlier version.");
        }

        var guard = new RevocationGuard(run.Store, run.Services.Journal, run.Services.Consumers);
        var allowed = await guard.CheckAsync(previous.Address, previous.Id, force: false, cancellation);
        return allowed.Failed(out var failure, out _)
            ? failure
            : (await run.Store.RevokeAsync(previous.Address, previous.Id, cancellation)).Map(
                static version => new StepReport($"Version {version.Id} is revoked."));
    }

    /// <summary>Revokes the version that this rotation wrote at an address, if it wrote one: the store knows it by the rotation's token.</summary>
    public static async Task<Outcome<StepReport>> WithdrawAsync(
        this RotationRun run, SecretAddress address, string token, CancellationToken cancellation)
    {
        await foreach (var listed in run.Store.ListVersionsAsync(address, cancellation))
        {
            if (!listed.Succeeded(out var version, out var failure))
            {
                return failure.Code == FailureCode.SecretNotFound ? Nothing() : failure;
            }

            // Where the store keeps no tokens, the record tells.
            if (version.Token == token || (version.Token is null && version.Id == run[Fact.Candidate]))
            {
                return (await run.Store.RevokeAsync(address, version.Id, cancellation)).Map(
                    static revoked => new StepReport($"Version {revoked.Id} is withdrawn."));
            }
        }

        return Nothing();

        static StepReport Nothing() => new("Nothing had been written.");
    }
}
