using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Local.KeyPairs;

/// <summary>Ed25519 by BouncyCastle: a private key is 32 random bytes (RFC 8032, section 5.1.5).</summary>
internal sealed class Ed25519Source : IEd25519Source
{
    /// <inheritdoc/>
    public (byte[] PrivateKey, byte[] PublicKey) Generate()
    {
        var privateKey = RandomNumberGenerator.GetBytes(Ed25519PrivateKeyParameters.KeySize);
        return (privateKey, new Ed25519PrivateKeyParameters(privateKey).GeneratePublicKey().GetEncoded());
    }
}
