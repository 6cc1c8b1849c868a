using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>How the new value takes the old one's place in a store. Every change can be repeated, and can be looked for.</summary>
internal interface IRotationStrategy
{
    StrategyKind Kind { get; }

    /// <summary>Sees that nothing stands in the way, and that the way back is open, before anything is touched.</summary>
    Task<Outcome<StepReport>> PreflightAsync(RotationRun run, SecretVersion? current, CancellationToken cancellation);

    /// <summary>The second name under which the candidate waits; null where it needs none.</summary>
    SecretAddress? SideOf(RotationRun run);

    /// <summary>Where the secret is, as long as this rotation counts: another name only where the old one is removed.</summary>
    SecretAddress HomeOf(RotationRun run) => run.Plan.Address;

    /// <summary>Whether references are pointed back to the secret's own name once the candidate is there too.</summary>
    bool ReturnsHome => true;

    /// <summary>Whether clients use the candidate from the moment it is written, before it is promoted.</summary>
    bool IsSeenEarly { get; }

    /// <summary>The candidate as consumers must have it before it is promoted.</summary>
    SecretVersion Early(RotationRun run);

    /// <summary>The candidate as consumers must have it once it is promoted.</summary>
    SecretVersion Final(RotationRun run);

    /// <summary>Writes the candidate.</summary>
    Task<Outcome<StepReport>> StageAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation);

    /// <summary>Makes the candidate what clients use.</summary>
    Task<Outcome<StepReport>> PromoteAsync(RotationRun run, SecretValue candidate, CancellationToken cancellation);

    /// <summary>Destroys the old value.</summary>
    Task<Outcome<StepReport>> RevokeAsync(RotationRun run, CancellationToken cancellation);

    /// <summary>Destroys the candidate.</summary>
    Task<Outcome<StepReport>> WithdrawAsync(RotationRun run, CancellationToken cancellation);
}
