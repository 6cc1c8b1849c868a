using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>Which audit events are wanted. Everything that is null doesn't narrow the choice.</summary>
/// <param name="Address">About which secret.</param>
/// <param name="VersionId">About which version of it.</param>
/// <param name="Since">From when on, in UTC.</param>
public sealed record AuditQuery(SecretAddress? Address = null, string? VersionId = null, DateTimeOffset? Since = null)
{
    /// <summary>Whether to go on as the log grows, until it is cancelled. A store that can't ends where its log does.</summary>
    public bool Follow { get; init; }
}

/// <summary>One entry of a store's audit log.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Operation">What was done: read, write, promote, revoke, or the store's own word.</param>
/// <param name="Address">To which secret.</param>
/// <param name="VersionId">To which version; null where the log doesn't tell.</param>
/// <param name="Principal">By whom, as the store names them.</param>
/// <param name="From">From where: a host, an address, a process; null where the log doesn't tell.</param>
public sealed record StoreAuditEvent(
    DateTimeOffset At, string Operation, SecretAddress Address, string? VersionId, string Principal, string? From)
{
    /// <summary>Whether it was done for this module, through the connection at hand, as far as the log tells.</summary>
    public bool IsOwn { get; init; }
}
