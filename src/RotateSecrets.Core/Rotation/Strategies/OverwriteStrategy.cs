using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>
/// The candidate takes the current value's place at once, and the old value is held in the journal: for stores without stages. Until it is verified it counts as staged: a
/// rollback writes the old value back.
/// </summary>
internal sealed class OverwriteStrategy : IRotationStrategy
{
    public StrategyKind Kind => StrategyKind.Overwrite;

    public async Task<Outcome<StepReport>> PreflightAsync(RotationRun run, SecretVersion? current, CancellationToken cancellation) => run.Plan switch
    {
        _ when current is null || run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Readable) =>
            new StepReport("The old value is held in the journal until the new one was seen to work."),
        { HeldAt: { } heldAt } => await HeldCopy.DoubtAsync(run, heldAt, cancellation) is { } doubt
            ? doubt
            : new StepReport($"The old value is held at {heldAt}, and services accept it."),
        { AllowIrreversible: true } => new StepReport("The old value can't be read back: this can't be undone, and the plan allows that."),
        _ => new Failure(
            FailureCode.RollbackImpossible, run.Plan.Address.ToString(), $"The value at {run.Plan.Address} can't be read back, so overwriting it could not be undone.")
        {
            Remedy = "Let the plan's strategy be SideBySide, say where the value is HeldAt, or say AllowIrreversible.",
        },
    };

    public SecretAddress? SideOf(RotationRun run) => null;

    public bool IsSeenEarly => true;

    public SecretVersion Early(RotationRun run) => Final(run);

    public SecretVersion Final(RotationRun run) => run.Candidate(run.Plan.Address, SecretStage.Current);

    public async Task<Outcome<StepReport>> StageAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation)
    {
        var request = new PutRequest(run.Plan.Address, candidate, SecretStage.Current, run.Record.Id)
        {
            ExpectedVersion = run[Fact.Previous] ?? PutRequest.NoVersion,
        };
        return (await run.Store.PutAsync(request, cancellation)).Map(
            static version => new StepReport($"Version {version.Id} is written over the old one, which is held.").With((Fact.Candidate, version.Id)));
    }

    public async Task<Outcome<StepReport>> PromoteAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation)
    {
        var stays = new StepReport($"Version {run[Fact.Candidate]} stays: it was seen to work.");
        return await HeldCopy.WriteAsync(run, candidate, run.Record.Id, cancellation) is { } copied
            ? copied.Map(copy => stays with { Message = $"{stays.Message} {copy.Message}" })
            : stays;
    }

    public async Task<Outcome<StepReport>> RevokeAsync(RotationRun run, CancellationToken cancellation) => IsRevocable(run)
        ? await run.RevokePreviousAsync(cancellation)
        : new StepReport("The store keeps no old value; what the journal holds is destroyed at the end.");

    public async Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation) => IsRevocable(run)
        ? await run.WithdrawAsync(run.Plan.Address, run.Record.Id, cancellation)
        : new StepReport("The store keeps nothing of the new value.");

    private static bool IsRevocable(RotationRun run) =>
        run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Versioned | StoreCapabilities.Revocable);
}
