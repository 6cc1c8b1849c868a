using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>
/// The new value gets a name of its own, to which every reference is pointed for good, and the old name is removed in the end: for secrets that can't be changed, and where the
/// old value must stay whole until nobody refers to it.
/// </summary>
internal sealed class RenameStrategy : IRotationStrategy
{
    public StrategyKind Kind => StrategyKind.Rename;

    public bool IsSeenEarly => true;

    public bool ReturnsHome => false;

    public SecretAddress HomeOf(RotationRun run) => run[Fact.Revoking] is null ? run.Plan.Address : SideOf(run);

    SecretAddress? IRotationStrategy.SideOf(RotationRun run) => SideOf(run);

    public SecretVersion Early(RotationRun run) => Final(run);

    public SecretVersion Final(RotationRun run) => run.Candidate(SideOf(run), SecretStage.Current, Fact.Side);

    public async Task<Outcome<StepReport>> PreflightAsync(RotationRun run, SecretVersion? current, CancellationToken cancellation)
    {
        if ((await run.SideFailureAsync(SideOf(run), cancellation) ?? await run.RemovalFailureAsync(cancellation)) is { } obstacle)
        {
            return obstacle;
        }

        await foreach (var found in run.Services.Consumers.FindAsync(run.Plan.Address, cancellation))
        {
            if (!found.Succeeded(out var consumer, out var failure) || !run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out failure))
            {
                return failure;
            }

            if (control is not IConsumerRepointer || !run.Plan.Consumers.Takes(consumer))
            {
                return new Failure(
                    FailureCode.NotSupported, consumer.Id, $"{consumer} would go on referring to {run.Plan.Address}, which is removed in the end.")
                {
                    Remedy = control is IConsumerRepointer ? "Let the plan take it in." : "Let the plan's strategy be SideBySide, or make it refer to the secret in a way that can be changed.",
                };
            }
        }

        if (await run.RepointFailureAsync(SideOf(run), isForGood: true, cancellation) is { } unpointed)
        {
            return unpointed;
        }

        return new StepReport($"The new value gets the name {SideOf(run)}; the old one stays until nobody refers to it.");
    }

    public async Task<Outcome<StepReport>> StageAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation) => await run.StageAsideAsync(SideOf(run), candidate, cancellation);

    public Task<Outcome<StepReport>> PromoteAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation) =>
        Task.FromResult<Outcome<StepReport>>(new StepReport($"{SideOf(run)} stays: it was seen to work."));

    public async Task<Outcome<StepReport>> RevokeAsync(RotationRun run, CancellationToken cancellation)
    {
        var guard = new RevocationGuard(run.Store, run.Services.Journal, run.Services.Consumers);
        return (await guard.CheckDesertedAsync(run.Plan.Address, Final(run), cancellation)).Failed(out var failure, out _)
            || (await run.Store.RemoveAsync(run.Plan.Address, cancellation)).Failed(out failure, out _)
            ? failure
            : new StepReport($"{run.Plan.Address} is removed; the secret's name is {SideOf(run)} from now on.")
                .With(run.RevokedAt());
    }

    public Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation) => run.RetireAsync(SideOf(run), cancellation);

    private static SecretAddress SideOf(RotationRun run) => run.Store.SideOf(run.Plan.Address, run.Record.Id);
}
