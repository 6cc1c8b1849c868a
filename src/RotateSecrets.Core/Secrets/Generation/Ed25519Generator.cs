namespace RotateSecrets.Secrets.Generation;

/// <summary>Ed25519 key pairs.</summary>
/// <param name="source">Makes the keys.</param>
/// <param name="encoding">How they are written.</param>
public sealed class Ed25519Generator(IEd25519Source source, KeyEncoding encoding) : ISecretGenerator
{
    // RFC 8410: what stands before the 32 bytes of a key in PKCS#8 and in SubjectPublicKeyInfo is always the same.
    private static ReadOnlySpan<byte> Pkcs8Prefix => [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    private static ReadOnlySpan<byte> PublicKeyPrefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>The strength that RFC 8032 gives it.</summary>
    public double EntropyBits => 128;

    /// <inheritdoc/>
    public SecretValue Generate()
    {
        var (privateKey, publicKey) = source.Generate();
        if (encoding == KeyEncoding.Jwk)
        {
            return KeyText.Jwk([("kty", "OKP"), ("crv", "Ed25519"), ("x", publicKey)], [("d", privateKey)], EntropyBits);
        }

        byte[] pkcs8 = [.. Pkcs8Prefix, .. privateKey];
        Array.Clear(privateKey);
        return KeyText.Pem(pkcs8, [.. PublicKeyPrefix, .. publicKey], EntropyBits);
    }
}
