using System.Security.Cryptography;

namespace RotateSecrets.Secrets.Generation;

/// <summary>RSA key pairs.</summary>
/// <param name="keySize">The modulus, in bits: 2048, 3072 or 4096.</param>
/// <param name="encoding">How they are written.</param>
public sealed class RsaGenerator(int keySize, KeyEncoding encoding) : ISecretGenerator
{
    /// <summary>The size where none is asked for: the smallest with a strength of 128 bits.</summary>
    public const int DefaultKeySize = 3072;

    /// <summary>The strength by NIST SP 800-57 part 1, revision 5, table 2; for 4096 bits by the formula of its appendix.</summary>
    public double EntropyBits => keySize switch
    {
        <= 2048 => 112,
        <= 3072 => 128,
        _ => 152,
    };

    /// <inheritdoc/>
    public SecretValue Generate()
    {
        using var key = RSA.Create(keySize);
        if (encoding == KeyEncoding.Pem)
        {
            return KeyText.Pem(key.ExportPkcs8PrivateKey(), key.ExportSubjectPublicKeyInfo(), EntropyBits);
        }

        var parts = key.ExportParameters(includePrivateParameters: true);
        return KeyText.Jwk(
            [("kty", "RSA"), ("n", parts.Modulus!), ("e", parts.Exponent!)],
            [("d", parts.D!), ("p", parts.P!), ("q", parts.Q!), ("dp", parts.DP!), ("dq", parts.DQ!), ("qi", parts.InverseQ!)],
            EntropyBits);
    }
}
