using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation;

/// <summary>Names a secret for leases and journals, whatever a session calls its store.</summary>
public static class RotationKey
{
    /// <summary>The name of a secret.</summary>
    /// <param name="store">Its store.</param>
    /// <param name="address">Its address.</param>
    public static string Of(ISecretStore store, SecretAddress address) => $"{store.Description.Location}|{address.Path}|{address.Field}";
}
