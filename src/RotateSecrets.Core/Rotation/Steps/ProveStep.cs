using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;

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

        if (run.Moment(Fact.RevokedAt) is { } revokedAt && await LateReaders.FailureAsync(run.Store, previous, revokedAt, cancellation) is { } late)
        {
            return late;
        }

        return new StepReport($"{gone} {evidence}");
    }
}
