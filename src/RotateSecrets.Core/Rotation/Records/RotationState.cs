namespace RotateSecrets.Rotation.Records;

/// <summary>Where a rotation stands.</summary>
public enum RotationState
{
    /// <summary>Under way, as far as the journal knows: its holder may have died.</summary>
    Running,

    /// <summary>Stopped at a safe point; it can be resumed or undone.</summary>
    Stopped,

    /// <summary>A step failed, and nothing was undone; it can be resumed or undone.</summary>
    Failed,

    /// <summary>On its way back; it can be resumed.</summary>
    Undoing,

    /// <summary>Ended: the new value is current, and the old one is revoked and refused.</summary>
    Completed,

    /// <summary>Ended: the new value is current, and a revocation is owed.</summary>
    CompletedWithDebt,

    /// <summary>Ended: the old value is current again.</summary>
    Undone,
}
