namespace RotateSecrets.Outcomes;

/// <summary>
/// Everything that can go wrong, as a closed set. The name of a code is the error id that scripts match on:
/// it never changes, and a code is never used for a second meaning.
/// </summary>
public enum FailureCode
{
    /// <summary>A fault that no other code describes: a defect of the module or of a provider.</summary>
    Unexpected,

    /// <summary>The text is no address of the form <c>store:path#field</c>.</summary>
    AddressMalformed,

    /// <summary>No store is connected under that name.</summary>
    StoreNotConnected,

    /// <summary>No provider of that kind stands in the module's Providers folder.</summary>
    ProviderNotFound,

    /// <summary>The store can't be reached, or isn't ready to answer.</summary>
    StoreUnavailable,

    /// <summary>Another process holds the store longer than this call was allowed to wait.</summary>
    StoreBusy,

    /// <summary>What the store holds was truncated or altered by something else than this module.</summary>
    StoreCorrupt,

    /// <summary>The store was written by a newer version of this module.</summary>
    StoreTooNew,

    /// <summary>The key that opens the store isn't where it should be.</summary>
    KeyMissing,

    /// <summary>A key was found, but it isn't this store's.</summary>
    KeyWrong,

    /// <summary>No room is left where the store is written.</summary>
    DiskFull,

    /// <summary>The caller isn't permitted to do this.</summary>
    AccessDenied,

    /// <summary>The store or consumer has no such operation.</summary>
    NotSupported,

    /// <summary>There is no secret at the address.</summary>
    SecretNotFound,

    /// <summary>The secret has no such version, or the version's value is gone.</summary>
    VersionNotFound,

    /// <summary>Another version is current than the caller expected: somebody else wrote in between.</summary>
    VersionConflict,

    /// <summary>The idempotency token was used before, for another value.</summary>
    TokenReused,

    /// <summary>A version may not go from the stage it is in to the one that was asked for.</summary>
    StageForbidden,

    /// <summary>The version that replaces this one was not verified yet.</summary>
    NotVerified,

    /// <summary>A consumer still depends on the version.</summary>
    StillInUse,

    /// <summary>The value has fewer than 128 bits of entropy, or strength.</summary>
    ValueTooWeak,

    /// <summary>The value, or the demand for one, can't be met: empty, too long, contradictory.</summary>
    ValueInvalid,

    /// <summary>A document (services file, plan) says something that can't be carried out.</summary>
    DocumentInvalid,

    /// <summary>A file that was named isn't there or can't be read.</summary>
    FileNotFound,

    /// <summary>No such consumer is known.</summary>
    ConsumerNotFound,

    /// <summary>Another process works on the consumer longer than this call was allowed to wait.</summary>
    ConsumerBusy,

    /// <summary>A port that an instance is to listen on is taken by something else.</summary>
    PortInUse,

    /// <summary>An instance ended, or was not healthy by its deadline.</summary>
    InstanceUnhealthy,

    /// <summary>A health probe did not pass.</summary>
    ProbeFailed,

    /// <summary>The work was not done by its deadline. Whether it took effect may be unknown.</summary>
    DeadlineExceeded,

    /// <summary>The system asked for fewer calls.</summary>
    Throttled,

    /// <summary>The operator stopped it, at a safe point.</summary>
    Stopped,

    /// <summary>Another operator rotates this secret.</summary>
    LeaseHeld,

    /// <summary>Another operator has taken the rotation over; whoever held it before must not go on.</summary>
    LeaseLost,

    /// <summary>No such rotation is in the journal, or it has ended.</summary>
    RotationNotFound,

    /// <summary>A rotation of this secret has not ended, an earlier one or the store's own: resume it or undo it first.</summary>
    RotationUnfinished,

    /// <summary>The plan is not the one with which the rotation was begun.</summary>
    PlanChanged,

    /// <summary>Not every instance had the version by the deadline.</summary>
    NotConverged,

    /// <summary>The previous value can't be put back.</summary>
    RollbackImpossible,

    /// <summary>There are no credentials for the system, or it doesn't take those that there are.</summary>
    CredentialsInvalid,

    /// <summary>The secret is scheduled for deletion, and can be had back until then.</summary>
    SecretDeleted,

    /// <summary>A limit of the system is reached: it takes no more of these.</summary>
    LimitReached,

    /// <summary>Something else rotates or writes it, and would be worked against.</summary>
    ManagedElsewhere,

    /// <summary>The server's certificate isn't trusted, or is another server's.</summary>
    ServerUntrusted,

    /// <summary>A lease is still there after it was revoked: what was issued under it may still work.</summary>
    LeaseRemains,
}
