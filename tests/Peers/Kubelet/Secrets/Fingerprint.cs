using System.Security.Cryptography;

namespace RotateSecrets.Peers.Kubelet.Secrets;

/// <summary>Shows which value something is without showing the value.</summary>
internal sealed class Fingerprint(byte[] key)
{
    /// <summary>The first 16 digits of its HMAC-SHA256, in lower-case hexadecimal.</summary>
    public string Of(byte[] value) => Convert.ToHexStringLower(HMACSHA256.HashData(key, value))[..16];
}
