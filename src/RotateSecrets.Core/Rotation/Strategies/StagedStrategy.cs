using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>The candidate waits as a pending version beside the current one: for stores with stages.</summary>
internal sealed class StagedStrategy : IRotationStrategy
{
    public StrategyKind Kind => StrategyKind.Staged;

    public async Task<Outcome<StepReport>> PreflightAsync(RotationRun run, SecretVersion? current, CancellationToken cancellation)
    {
        await foreach (var listed in run.Store.ListVersionsAsync(run.Plan.Address, cancellation))
        {
            if (listed.Succeeded(out var version, out var failure) && version.Stage == SecretStage.Pending && version.Token != run.Record.Id)
            {
                return new Failure(
                    FailureCode.VersionConflict,
                    run.Plan.Address.ToString(),
                    $"Version {version.Id} of {version.Address} has been pending since {version.CreatedAt:u}, and is not this rotation's.")
                {
                    Remedy = $"Undo the rotation that it belongs to, or withdraw it with: Revoke-Secret {version.Address} -Version {version.Id} -Force",
                };
            }

            if (failure is not null && failure.Code != FailureCode.SecretNotFound)
            {
                return failure;
            }
        }

        return new StepReport("The old version stays beside the new one until that was seen to work.");
    }

    public SecretAddress? SideOf(RotationRun run) => null;

    public bool IsSeenEarly => false;

    public SecretVersion Early(RotationRun run) => run.Candidate(run.Plan.Address, SecretStage.Pending);

    public SecretVersion Final(RotationRun run) => run.Candidate(run.Plan.Address, SecretStage.Current);

    public async Task<Outcome<StepReport>> StageAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation)
    {
        var request = new PutRequest(run.Plan.Address, candidate, SecretStage.Pending, run.Record.Id)
        {
            ExpectedVersion = run[Fact.Previous] ?? PutRequest.NoVersion,
        };
        return (await run.Store.PutAsync(request, cancellation)).Map(
            static version => new StepReport($"Version {version.Id} is pending.").With((Fact.Candidate, version.Id)));
    }

    public async Task<Outcome<StepReport>> PromoteAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation) =>
        (await run.Store.PromoteAsync(run.Plan.Address, run[Fact.Candidate]!, run[Fact.Previous] ?? PutRequest.NoVersion, cancellation)).Map(
            static version => new StepReport($"Version {version.Id} is current."));

    public Task<Outcome<StepReport>> RevokeAsync(RotationRun run, CancellationToken cancellation) => run.RevokePreviousAsync(cancellation);

    public Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation) =>
        run.WithdrawAsync(run.Plan.Address, run.Record.Id, cancellation);
}
