namespace RotateSecrets.Secrets.Generation;

/// <summary>A provider that can make Ed25519 keys, which the framework can't.</summary>
public interface IEd25519Source
{
    /// <summary>Makes a key pair (RFC 8032).</summary>
    /// <returns>The 32 bytes of the private key, which the caller clears, and the 32 bytes of the public key.</returns>
    (byte[] PrivateKey, byte[] PublicKey) Generate();
}
