using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>
/// The candidate stands under a second name until consumers were seen to work with it; then it takes the first name too,
/// and the second is retired: for stores that can't be read back.
/// </summary>
internal sealed class SideBySideStrategy : IRotationStrategy
{
    public StrategyKind Kind => StrategyKind.SideBySide;

    public async Task<Outcome<StepReport>> PreflightAsync(RotationRun run, SecretVersion? current, CancellationToken cancellation)
    {
        if ((await run.SideFailureAsync(Side(run), cancellation) ?? await run.RepointFailureAsync(Side(run), isForGood: false, cancellation)) is { } obstacle)
        {
            return obstacle;
        }

        return new StepReport($"The new value stands at {Side(run)} until it was seen to work.");
    }

    public SecretAddress? SideOf(RotationRun run) => Side(run);

    public bool IsSeenEarly => false;

    public SecretVersion Early(RotationRun run) => run.Candidate(Side(run), SecretStage.Current, Fact.Side);

    public SecretVersion Final(RotationRun run) => run.Candidate(run.Plan.Address, SecretStage.Current);

    public Task<Outcome<StepReport>> StageAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation) => run.StageAsideAsync(Side(run), candidate, cancellation);

    public async Task<Outcome<StepReport>> PromoteAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation)
    {
        var request = new PutRequest(run.Plan.Address, candidate, SecretStage.Current, run.Record.Id)
        {
            ExpectedVersion = run[Fact.Previous] ?? PutRequest.NoVersion,
        };
        return (await run.Store.PutAsync(request, cancellation)).Map(
            version => new StepReport($"{version.Address} has the new value too, as version {version.Id}.").With((Fact.Candidate, version.Id)));
    }

    public async Task<Outcome<StepReport>> RevokeAsync(RotationRun run, CancellationToken cancellation) =>
        (await new OverwriteStrategy().RevokeAsync(run, cancellation)).Failed(out var failure, out var revoked)
            ? failure
            : (await run.RetireAsync(Side(run), cancellation)).Map(retired => revoked with { Message = $"{revoked.Message} {retired.Message}" });

    public async Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation) =>
        (await new OverwriteStrategy().WithdrawAsync(run, cancellation)).Failed(out var failure, out var withdrawn)
            ? failure
            : (await run.RetireAsync(Side(run), cancellation)).Map(retired => new StepReport($"{withdrawn.Message} {retired.Message}"));

    private static SecretAddress Side(RotationRun run) => run.Store.SideOf(run.Plan.Address, run.Record.Id);
}
