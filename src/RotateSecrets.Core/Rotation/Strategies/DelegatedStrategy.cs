using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;

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
            || (await rotator.RotateAsync(run.Plan.Address, run.Record.Id, cancellation)).Failed(out failure, out var rotated)
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

        return found.Version is { } version && version.Token == run.Record.Id
            ? new StepReport($"The function wrote version {version.Id}.").With((Fact.Candidate, version.Id))
            : new Failure(FailureCode.VersionConflict, run.Plan.Address.ToString(), $"{found.Version} was made current since the function had rotated {run.Plan.Address}.");
    }

    public Task<Outcome<StepReport>> PromoteAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation) =>
        Task.FromResult<Outcome<StepReport>>(new StepReport("The function has made it current."));

    public Task<Outcome<StepReport>> RevokeAsync(RotationRun run, CancellationToken cancellation) => run.RevokePreviousAsync(cancellation);

    public Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation) => Staged.WithdrawAsync(run, cancellation);
}
