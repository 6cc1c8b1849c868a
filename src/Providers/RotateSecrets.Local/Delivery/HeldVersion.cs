using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Delivery;

/// <summary>A version that an instance was given.</summary>
/// <param name="Address">Of which secret.</param>
/// <param name="Stage">As what.</param>
/// <param name="VersionId">Which version.</param>
/// <param name="Fingerprint">The value's fingerprint: the same value under another name is the same value.</param>
internal sealed record HeldVersion(string Address, SecretStage Stage, string VersionId, string Fingerprint)
{
    /// <summary>Whether it is the version, or has the same value.</summary>
    public bool Is(SecretVersion version) => version.Fingerprint is null
        ? SecretAddress.TryParse(Address).Succeeded(out var own, out _) && own.Equals(version.Address) && VersionId == version.Id
        : Fingerprint == version.Fingerprint;
}
