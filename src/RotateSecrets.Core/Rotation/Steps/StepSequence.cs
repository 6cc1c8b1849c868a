using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Rotation.Steps;

/// <summary>
/// Which step follows which. There is one way forward and one way back, and no other: no edge leads from a candidate to a promotion that was not verified, nor to a
/// revocation before every instance was seen to have the new value.
/// </summary>
internal static class StepSequence
{
    /// <summary>The number of the first step of the way back.</summary>
    public const int FirstBack = 100;

    /// <summary>The way forward, by number.</summary>
    public static IReadOnlyList<(int Number, IRotationStep Step)> Forward { get; } = Numbered(
        0,
        new PreflightStep(),
        new CreateStep(),
        StoreStep.Stage,
        DistributeStep.ToSide,
        Rollout.Early,
        VerifyStep.Early,
        StoreStep.Promote,
        DistributeStep.Home,
        Rollout.Final,
        VerifyStep.Final,
        new GraceStep(),
        new RevokeStep(),
        Rollout.Drop,
        new ProveStep(),
        new CascadeStep(),
        ReportStep.Completed);

    /// <summary>The way back, by number. It is open until the revocation is begun.</summary>
    public static IReadOnlyList<(int Number, IRotationStep Step)> Back { get; } = Numbered(
        FirstBack,
        StoreStep.Restore,
        DistributeStep.Home,
        Rollout.Restored,
        VerifyStep.Restored,
        StoreStep.Withdraw,
        Rollout.Withdrawn,
        ReportStep.Undone);

    private static IReadOnlyList<(int Number, IRotationStep Step)> Numbered(int first, params ReadOnlySpan<IRotationStep> steps)
    {
        var numbered = new List<(int, IRotationStep)>();
        foreach (var step in steps)
        {
            numbered.Add((first + numbered.Count, step));
        }

        return numbered;
    }
}
