namespace RotateSecrets.Rotation.Records;

/// <summary>What a step does.</summary>
public enum StepKind
{
    /// <summary>Sees that everything can be done, and undone, before anything is touched.</summary>
    Preflight,

    /// <summary>Generates the candidate, and seals it in the journal before anyone else sees it.</summary>
    Create,

    /// <summary>Writes the candidate to the store, beside the current value where the store can do that.</summary>
    Stage,

    /// <summary>Points the references of consumers to where the candidate is.</summary>
    Distribute,

    /// <summary>Brings the instances of consumers to the values that they are to have.</summary>
    Restart,

    /// <summary>Sees that services are well, that the new value works, and that every instance has it.</summary>
    Verify,

    /// <summary>Makes the candidate what clients use.</summary>
    Promote,

    /// <summary>Waits out the time for which both values must work.</summary>
    Grace,

    /// <summary>Destroys the old value.</summary>
    Revoke,

    /// <summary>Sees that the old value is refused, and that nobody has it.</summary>
    Prove,

    /// <summary>Rotates what was derived from this secret.</summary>
    Cascade,

    /// <summary>Closes the record, and destroys what the journal held sealed.</summary>
    Report,

    /// <summary>Leads back: makes the old value what clients use again.</summary>
    Restore,

    /// <summary>Leads back: destroys the candidate, once nobody has it.</summary>
    Withdraw,
}
