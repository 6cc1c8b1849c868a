using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Sees that the old value is refused, that no instance has it, and that nobody read it since it was revoked.</summary>
internal sealed class ProveStep : IRotationStep
{
    public StepKind Kind => StepKind.Prove;

    public string Purpose => "See that the old value is refused and gone";

    public bool WaitsForDebts => true;

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if (run.Previous() is not { } previous)
        {
            return new StepReport("There was no earlier version.");
        }

        if ((await Converging.AwaitGoneAsync(run, previous, cancellation)).Failed(out var held, out var gone))
        {
            return held;
        }

        if (!(await run.FindCurrentAsync(cancellation)).Succeeded(out var current, out var unread))
        {
            return unread;
        }

        // A revocation that was owed for long is made when other values have come since.
        IReadOnlyList<string> accepted = current.IsCandidateOf(run) ? [CreateStep.Candidate] : [];
        if ((await ProbeRound.RunAsync(run, current.Version, accepted, [CreateStep.Previous], cancellation)).Failed(out var ill, out var evidence))
        {
            return ill;
        }

        if (await ReadSinceAsync(run, previous, cancellation) is { } read)
        {
            return read;
        }

        return new StepReport($"{gone} {evidence}");
    }

    private static async Task<Failure?> ReadSinceAsync(RotationRun run, SecretVersion previous, CancellationToken cancellation)
    {
        if (run.Moment(Fact.RevokedAt) is not { } revokedAt || !run.Store.CapabilitiesAt(run.Plan.Address).HasFlag(StoreCapabilities.Audited))
        {
            return null;
        }

        await foreach (var entry in run.Store.ReadAuditAsync(new AuditQuery(previous.Address, previous.Id, revokedAt), cancellation))
        {
            if (!entry.Succeeded(out var happened, out var failure))
            {
                return failure;
            }

            if (happened.Operation == "read")
            {
                return new Failure(
                    FailureCode.StillInUse, previous.Address.ToString(), $"{previous} was read by {happened.Principal} at {happened.At:u}, after it was revoked.");
            }
        }

        return null;
    }
}
