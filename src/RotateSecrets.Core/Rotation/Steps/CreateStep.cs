using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Seals the old value and the candidate in the journal, before any store or consumer sees the candidate.</summary>
internal sealed class CreateStep : IRotationStep
{
    /// <summary>The name under which the candidate is kept.</summary>
    public const string Candidate = "candidate";

    /// <summary>The name under which the old value is kept.</summary>
    public const string Previous = "previous";

    public StepKind Kind => StepKind.Create;

    public string Purpose => "Make the new value, and seal it and the old one in the journal";

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if ((await HoldPreviousAsync(run, cancellation)).Failed(out var unheld, out var held))
        {
            return unheld;
        }

        // Sealing answers with what is kept: after a death between the two, that is the first candidate, and no second is minted.
        var made = run.Strategy is DelegatedStrategy ? await DelegatedStrategy.MakeAsync(run, cancellation) : Make(run);
        if (!made.Succeeded(out var candidate, out var failure))
        {
            return failure;
        }

        try
        {
            run.Options.OnValue(candidate);
            return (await run.Services.Journal.SealAsync(run.Lease, Candidate, candidate, cancellation)).Map(
                fingerprint => (held with { Message = $"The candidate {fingerprint} is sealed in the journal." }).With((Fact.CandidateFingerprint, fingerprint)));
        }
        finally
        {
            if (!ReferenceEquals(candidate, run.Options.Value))
            {
                candidate.Dispose();
            }
        }
    }

    private static Outcome<SecretValue> Make(RotationRun run) =>
        run.Options.Value is { } given ? given : run.Services.Values.Make(run.Plan.Value);

    private static async Task<Outcome<StepReport>> HoldPreviousAsync(RotationRun run, CancellationToken cancellation)
    {
        var isReadable = run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Readable);
        if (run[Fact.Previous] is not { } previous || (!isReadable && run.Plan.HeldAt is null))
        {
            return new StepReport(string.Empty);
        }

        var read = isReadable
            ? await run.Store.ReadAsync(run.Plan.Address, VersionSelector.OfId(previous), cancellation)
            : await HeldCopy.ReadAsync(run, run.Plan.HeldAt!, cancellation);
        if (!read.Succeeded(out var version, out var failure))
        {
            return failure;
        }

        using var value = version.Value;
        run.Options.OnValue(value!);
        return (await run.Services.Journal.SealAsync(run.Lease, Previous, value!, cancellation)).Map(
            static fingerprint => new StepReport(string.Empty).With((Fact.PreviousFingerprint, fingerprint)));
    }
}
