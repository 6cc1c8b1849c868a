using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>The fingerprint of a version's value, which most stores don't list. Who gets the value by way of another system is known to have it by that alone.</summary>
internal static class VersionFingerprint
{
    /// <summary>The fingerprint as it is known, or else of the value as it is read; null where that can't be.</summary>
    /// <param name="store">Where the version is.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async Task<string?> OfAsync(ISecretStore store, SecretVersion version, CancellationToken cancellation)
    {
        if (version.Fingerprint is not null || !store.CapabilitiesAt(version.Address).HasFlag(StoreCapabilities.Readable)
            || !(await store.ReadAsync(version.Address, VersionSelector.OfId(version.Id), cancellation)).Succeeded(out var read, out _))
        {
            return version.Fingerprint;
        }

        using var value = read.Value;
        return value?.Fingerprint;
    }
}
