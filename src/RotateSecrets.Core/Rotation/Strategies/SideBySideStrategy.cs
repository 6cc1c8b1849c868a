using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>
/// The candidate stands under a second name (the first with <c>_NEW</c> behind it) until consumers were seen to work with it; then it takes the first name too,
/// and the second is retired: for stores that can't be read back.
/// </summary>
internal sealed class SideBySideStrategy : IRotationStrategy
{
    private const string Suffix = "_NEW";

    public StrategyKind Kind => StrategyKind.SideBySide;

    public async Task<Outcome<StepReport>> PreflightAsync(RotationRun run, SecretVersion? current, CancellationToken cancellation)
    {
        await foreach (var listed in run.Store.ListVersionsAsync(Side(run), cancellation))
        {
            if (listed.Succeeded(out var version, out var failure) && version.Stage != SecretStage.Revoked && version.Token != run.Record.Id)
            {
                return new Failure(
                    FailureCode.VersionConflict, Side(run).ToString(), $"There is a secret at {Side(run)} already, and it is not this rotation's.")
                {
                    Remedy = "Undo the rotation that it belongs to, or take it away.",
                };
            }

            if (failure is not null && failure.Code != FailureCode.SecretNotFound)
            {
                return failure;
            }
        }

        return new StepReport($"The new value stands at {Side(run)} until it was seen to work.");
    }

    public SecretAddress? SideOf(RotationRun run) => Side(run);

    public bool IsSeenEarly => false;

    public SecretVersion Early(RotationRun run) => run.Candidate(Side(run), SecretStage.Current, Fact.Side);

    public SecretVersion Final(RotationRun run) => run.Candidate(run.Plan.Address, SecretStage.Current);

    public async Task<Outcome<StepReport>> StageAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation)
    {
        var request = new PutRequest(Side(run), candidate, SecretStage.Current, run.Record.Id);
        return (await run.Store.PutAsync(request, cancellation)).Map(
            version => new StepReport($"The candidate stands at {version.Address}.").With((Fact.Side, version.Id)));
    }

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
            : (await RetireAsync(run, cancellation)).Map(retired => revoked with { Message = $"{revoked.Message} {retired.Message}" });

    public async Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation) =>
        (await new OverwriteStrategy().WithdrawAsync(run, cancellation)).Failed(out var failure, out var withdrawn)
            ? failure
            : (await RetireAsync(run, cancellation)).Map(retired => new StepReport($"{withdrawn.Message} {retired.Message}"));

    private static async Task<Outcome<StepReport>> RetireAsync(RotationRun run, CancellationToken cancellation) =>
        (await run.Store.RemoveAsync(Side(run), cancellation)).Map(static side => new StepReport($"{side} is retired."));

    private static SecretAddress Side(RotationRun run)
    {
        var address = run.Plan.Address;
        return SecretAddress.Parse(address.Field is null
            ? $"{address.Store}:{address.Path}{Suffix}"
            : $"{address.Store}:{address.Path}{Suffix}#{address.Field}");
    }
}
