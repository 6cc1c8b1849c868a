namespace RotateSecrets.Secrets;

/// <summary>What a version is for.</summary>
public enum SecretStage
{
    /// <summary>A candidate: stored, and not yet what clients use.</summary>
    Pending,

    /// <summary>What clients use now. Every secret has exactly one.</summary>
    Current,

    /// <summary>Was current, still works, and is what a rollback puts back.</summary>
    Previous,

    /// <summary>No longer works. Its value is gone.</summary>
    Revoked,
}

/// <summary>Which stage may follow which.</summary>
public static class SecretStages
{
    /// <summary>Whether a version may be moved from one stage to another by name.</summary>
    /// <param name="from">The stage it is in.</param>
    /// <param name="to">The stage it is to have.</param>
    /// <remarks>
    /// Current becomes Previous only as another version becomes Current, and Revoked is final: so no move can leave a secret
    /// without a current version, or bring a revoked value back.
    /// </remarks>
    public static bool MayFollow(SecretStage from, SecretStage to) => (from, to) switch
    {
        (SecretStage.Pending, SecretStage.Current) => true,
        (SecretStage.Previous, SecretStage.Current) => true,
        (SecretStage.Pending, SecretStage.Revoked) => true,
        (SecretStage.Previous, SecretStage.Revoked) => true,
        _ => false,
    };
}
