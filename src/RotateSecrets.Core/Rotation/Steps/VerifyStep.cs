using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Steps;

/// <summary>Sees that services are well, that the value works that should, and that every instance has it.</summary>
internal sealed class VerifyStep : IRotationStep
{
    private readonly Func<RotationRun, SecretVersion?> version;
    private readonly Func<RotationRun, IReadOnlyList<string>> accepted;
    private readonly bool isEarly;

    private VerifyStep(string purpose, Func<RotationRun, SecretVersion?> version, bool isEarly, Func<RotationRun, IReadOnlyList<string>> accepted)
    {
        this.version = version;
        this.accepted = accepted;
        this.isEarly = isEarly;
        Purpose = purpose;
    }

    /// <summary>Before the promotion: the new value must work, and so must the old one as long as clients use that.</summary>
    public static VerifyStep Early { get; } = new(
        "See that the new value works, and the old one as long as clients use it",
        static run => run.Strategy.Early(run),
        true,
        static run => run.Strategy.IsSeenEarly ? [CreateStep.Candidate] : [CreateStep.Candidate, CreateStep.Previous]);

    /// <summary>After the promotion.</summary>
    public static VerifyStep Final { get; } = new(
        "See that every instance has the new value and all is well", static run => run.Strategy.Final(run), false, static _ => [CreateStep.Candidate]);

    /// <summary>On the way back, before the candidate is destroyed. Where somebody else's value stays, nobody here can show it to a service.</summary>
    public static VerifyStep Restored { get; } = new(
        "See that every instance has the old value and all is well",
        static run => run.Restored(),
        false,
        static run => run[Fact.RestoredFingerprint] == run[Fact.PreviousFingerprint] ? [CreateStep.Previous] : []);

    public StepKind Kind => StepKind.Verify;

    public string Purpose { get; }

    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation)
    {
        if (version(run) is not { } expected)
        {
            return new StepReport("There is nothing to verify.");
        }

        if ((await Converging.AwaitAsync(run, expected, isEarly, cancellation)).Failed(out var behind, out var converged))
        {
            return behind;
        }

        if ((await ProbeRound.RunAsync(run, expected, accepted(run), refused: [], cancellation)).Failed(out var ill, out var evidence))
        {
            return ill;
        }

        var seen = new Verification(run.Store.Description.Location, expected, run.Services.Time.GetUtcNow(), evidence);
        return (await run.Services.Journal.RecordAsync(seen, cancellation)).Map(_ => new StepReport($"{converged} {evidence}"));
    }
}
