using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>
/// The store's own function makes the new value, sets it in the service that it opens, tests it and makes it current. What it leaves out is done here: consumers, verification, proof.
/// </summary>
internal sealed class DelegatedStrategy : IRotationStrategy
{
    private static readonly StagedStrategy Staged = new();

    public StrategyKind Kind => StrategyKind.Delegated;

    public bool IsSeenEarly => true;

    /// <summary>Has the function make the new value. The lease is checked before it is started.</summary>
    /// <returns>The value, which is the caller's to dispose of.</returns>
    public static async Task<Outcome<SecretValue>> MakeAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Rotator is not { } rotator)
        {
            return new Failure(FailureCode.NotSupported, run.Plan.Address.ToString(), $"{run.Store.Description} has no function that rotates a secret.");
        }

        if ((await run.RenewAsync(cancellation)).Failed(out var failure, out _)
            || (await rotator.RotateAsync(run.Plan.Address, run.Record.Id, run[Fact.Previous], cancellation)).Failed(out failure, out var rotated)
            || (await run.Store.ReadAsync(run.Plan.Address, VersionSelector.OfId(rotated.Id), cancellation)).Failed(out failure, out var read))
        {
            return failure;
        }

        return read.Value!;
    }

    public async Task<Outcome<StepReport>> PreflightAsync(RotationRun run, SecretVersion? current, CancellationToken cancellation) =>
        (await Staged.PreflightAsync(run, current, cancellation)).Map(
            static _ => new StepReport("The store's own function rotates it; from the moment that it has, there is no way back."));

    public SecretAddress? SideOf(RotationRun run) => null;

    public SecretVersion Early(RotationRun run) => Staged.Final(run);

    public SecretVersion Final(RotationRun run) => Staged.Final(run);

    public async Task<Outcome<StepReport>> StageAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation)
    {
        if ((await run.FindCurrentAsync(cancellation)).Failed(out var failure, out var found))
        {
            return failure;
        }

        if (found.Version is not { } version || (await IsOursAsync(run, version, candidate, cancellation)).Failed(out failure, out var isOurs))
        {
            return failure ?? new Failure(FailureCode.SecretNotFound, run.Plan.Address.ToString(), $"{run.Plan.Address} has no current version since the function had rotated it.");
        }

        return isOurs
            ? new StepReport($"The function wrote version {version.Id}.").With((Fact.Candidate, version.Id))
            : new Failure(FailureCode.VersionConflict, run.Plan.Address.ToString(), $"{version} was made current since the function had rotated {run.Plan.Address}.");
    }

    public Task<Outcome<StepReport>> PromoteAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation) =>
        Task.FromResult<Outcome<StepReport>>(new StepReport("The function has made it current."));

    public Task<Outcome<StepReport>> RevokeAsync(RotationRun run, CancellationToken cancellation) => IsVersioned(run)
        ? run.RevokePreviousAsync(cancellation)
        : Task.FromResult<Outcome<StepReport>>(new StepReport("The function took the old value back when it made the new one.").With(run.RevokedAt()));

    public Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation) => Staged.WithdrawAsync(run, cancellation);

    private static bool IsVersioned(RotationRun run) => run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Versioned);

    // Where the store keeps no tokens, the value tells.
    private static async Task<Outcome<bool>> IsOursAsync(RotationRun run, SecretVersion version, SecretValue candidate, CancellationToken cancellation) =>
        version.Token is { } token
            ? token == run.Record.Id
            : (await run.Store.ReadAsync(version.Address, VersionSelector.OfId(version.Id), cancellation)).Map(read =>
            {
                using var value = read.Value;
                return candidate.Equals(value);
            });
}
