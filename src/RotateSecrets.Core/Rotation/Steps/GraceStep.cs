using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Waits out the time for which both values must work, counted from the promotion, whoever has waited before.</summary>
internal sealed class GraceStep : IRotationStep
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    public StepKind Kind => StepKind.Grace;

    public string Purpose => "Wait while both values work";

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Options.Emergency || run.Plan.Grace == TimeSpan.Zero)
        {
            return new StepReport("No grace was asked for.");
        }

        if ((await RetireAsync(run, cancellation)).Failed(out var failure, out var retired))
        {
            return failure;
        }

        var until = (run.Moment(Fact.PromotedAt) ?? run.Services.Time.GetUtcNow()) + run.Plan.Grace;
        while (run.Services.Time.GetUtcNow() < until)
        {
            await Task.Delay(Slice, run.Services.Time, cancellation);
        }

        return new StepReport($"Both values worked until {until:u}.{retired}");
    }

    // Who still reads the old value from the store, though nobody should, is noticed while it can be had back.
    private static async Task<Outcome<string>> RetireAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Retirer is not { } retirer || run.Previous() is not { } previous || !run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Versioned))
        {
            return string.Empty;
        }

        var guard = new RevocationGuard(run.Store, run.Services.Journal, run.Services.Consumers);
        if ((await guard.CheckAsync(previous.Address, previous.Id, force: false, run.Strategy.Final(run), cancellation)).Failed(out var used, out _))
        {
            return $" {used.Message}";
        }

        return (await run.RenewAsync(cancellation)).Failed(out var lost, out _)
            ? lost
            : (await retirer.RetireAsync(previous.Address, previous.Id, cancellation)).Succeeded(out var retired, out var failure)
                ? $" The store gave version {retired.Id} to nobody meanwhile."
                : failure.Code == FailureCode.NotSupported ? string.Empty : failure;
    }
}
