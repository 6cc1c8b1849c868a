using System.Security.Cryptography;

namespace RotateSecrets.Secrets.Generation;

/// <summary>Curves of NIST FIPS 186-5.</summary>
public enum EllipticCurve
{
    /// <summary>P-256, for ES256.</summary>
    P256,

    /// <summary>P-384, for ES384.</summary>
    P384,

    /// <summary>P-521, for ES512.</summary>
    P521,
}

/// <summary>ECDSA key pairs.</summary>
/// <param name="curve">The curve.</param>
/// <param name="encoding">How they are written.</param>
public sealed class EcdsaGenerator(EllipticCurve curve, KeyEncoding encoding) : ISecretGenerator
{
    /// <summary>The strength by NIST SP 800-57 part 1, revision 5, table 2.</summary>
    public double EntropyBits => curve switch
    {
        EllipticCurve.P256 => 128,
        EllipticCurve.P384 => 192,
        _ => 256,
    };

    /// <inheritdoc/>
    public SecretValue Generate()
    {
        using var key = ECDsa.Create(curve switch
        {
            EllipticCurve.P256 => ECCurve.NamedCurves.nistP256,
            EllipticCurve.P384 => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        });
        if (encoding == KeyEncoding.Pem)
        {
            return KeyText.Pem(key.ExportPkcs8PrivateKey(), key.ExportSubjectPublicKeyInfo(), EntropyBits);
        }

        var parts = key.ExportParameters(includePrivateParameters: true);
        return KeyText.Jwk(
            [("kty", "EC"), ("crv", $"P-{curve.ToString()[1..]}"), ("x", parts.Q.X!), ("y", parts.Q.Y!)], [("d", parts.D!)], EntropyBits);
    }
}
