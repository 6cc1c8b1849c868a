using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>The fingerprint of a version's value, which most stores don't list. Who gets the value by way of another system is known to have it by that alone.</summary>
internal static class VersionFingerprint
{
    /// <summary>The version with its fingerprint: as it is known, or else of the value as it is read.</summary>
    /// <param name="store">Where the version is.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The version, without a fingerprint where the value is gone or nobody may read it; or why it can't be read now.</returns>
    public static async Task<Outcome<SecretVersion>> CompleteAsync(ISecretStore store, SecretVersion version, CancellationToken cancellation)
    {
        if (version.Fingerprint is not null || !store.CapabilitiesAt(version.Address).HasFlag(StoreCapabilities.Readable))
        {
            return version;
        }

        if ((await store.ReadAsync(version.Address, VersionSelector.OfId(version.Id), cancellation)).Failed(out var failure, out var read))
        {
            return failure.Code is FailureCode.VersionNotFound or FailureCode.SecretNotFound or FailureCode.AccessDenied or FailureCode.NotSupported ? version : failure;
        }

        using var value = read.Value;
        return version with { Fingerprint = read.Fingerprint ?? value?.Fingerprint };
    }
}
