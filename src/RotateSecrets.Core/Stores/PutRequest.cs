using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>A demand to write a version.</summary>
/// <param name="Address">Which secret.</param>
/// <param name="Value">Its new value. It stays the caller's to dispose of.</param>
/// <param name="Stage">Pending or Current.</param>
/// <param name="Token">The idempotency token: the same token with the same value is the same write, however often it is sent.</param>
public sealed record PutRequest(SecretAddress Address, SecretValue Value, SecretStage Stage, string Token)
{
    /// <summary>The expected version that means: there must be no such secret yet.</summary>
    public const string NoVersion = "0";

    /// <summary>
    /// The id that the current version must have for the write to happen; <see cref="NoVersion"/> where there must be none;
    /// null to write in any case.
    /// </summary>
    public string? ExpectedVersion { get; init; }
}
