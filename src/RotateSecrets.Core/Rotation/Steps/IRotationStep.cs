using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Rotation.Steps;

/// <summary>
/// One step of a rotation. Doing it is asking the world first: where it is already so, nothing happens. So a step that died half-way, or a call of which it
/// isn't known whether it took effect, is simply done again.
/// </summary>
internal interface IRotationStep
{
    StepKind Kind { get; }

    /// <summary>What it does to this secret, for people.</summary>
    string Purpose { get; }

    /// <summary>Whether it has to wait until a revocation that is owed was made.</summary>
    bool WaitsForDebts => false;

    Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation);
}
