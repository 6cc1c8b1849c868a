using System.Security.Cryptography;
using System.Text.Json;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Core.Tests.Secrets.Generation;

public sealed class KeyPairTests
{
    private static readonly byte[] Message = "rotate me"u8.ToArray();

    [Fact]
    public void An_RSA_pair_in_PEM_signs_and_verifies()
    {
        using var value = new RsaGenerator(2048, KeyEncoding.Pem).Generate();
        using var signer = RSA.Create();
        signer.ImportFromPem(value.Reveal());
        using var verifier = RSA.Create();
        verifier.ImportFromPem(value.PublicKey);
        Assert.True(verifier.VerifyData(Message, signer.SignData(Message, HashAlgorithmName.SHA256, RSASignaturePadding.Pss), HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.Throws<CryptographicException>(() => verifier.ExportRSAPrivateKey());
    }

    [Fact]
    public void An_RSA_pair_as_JWK_signs_and_verifies()
    {
        using var value = new RsaGenerator(2048, KeyEncoding.Jwk).Generate();
        using var secret = JsonDocument.Parse(value.Reveal());
        using var open = JsonDocument.Parse(value.PublicKey!);
        var whole = new RSAParameters
        {
            Modulus = Bytes(secret, "n"), Exponent = Bytes(secret, "e"), D = Bytes(secret, "d"), P = Bytes(secret, "p"), Q = Bytes(secret, "q"),
            DP = Bytes(secret, "dp"), DQ = Bytes(secret, "dq"), InverseQ = Bytes(secret, "qi"),
        };
        using var signer = RSA.Create(whole);
        using var verifier = RSA.Create(new RSAParameters { Modulus = Bytes(open, "n"), Exponent = Bytes(open, "e") });
        Assert.True(verifier.VerifyData(Message, signer.SignData(Message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal(["kty", "n", "e"], open.RootElement.EnumerateObject().Select(static member => member.Name));
    }

    [Theory]
    [InlineData(EllipticCurve.P256)]
    [InlineData(EllipticCurve.P384)]
    [InlineData(EllipticCurve.P521)]
    public void An_ECDSA_pair_signs_and_verifies_in_both_encodings(EllipticCurve curve)
    {
        using var pem = new EcdsaGenerator(curve, KeyEncoding.Pem).Generate();
        using var signer = ECDsa.Create();
        signer.ImportFromPem(pem.Reveal());
        using var verifier = ECDsa.Create();
        verifier.ImportFromPem(pem.PublicKey);
        Assert.True(verifier.VerifyData(Message, signer.SignData(Message, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256));

        using var jwk = new EcdsaGenerator(curve, KeyEncoding.Jwk).Generate();
        using var secret = JsonDocument.Parse(jwk.Reveal());
        using var open = JsonDocument.Parse(jwk.PublicKey!);
        Assert.Equal($"P-{curve.ToString()[1..]}", open.RootElement.GetProperty("crv").GetString());
        var named = ECCurve.CreateFromFriendlyName($"nist{curve}");
        using var again = ECDsa.Create(new ECParameters { Curve = named, D = Bytes(secret, "d"), Q = new ECPoint { X = Bytes(secret, "x"), Y = Bytes(secret, "y") } });
        using var other = ECDsa.Create(new ECParameters { Curve = named, Q = new ECPoint { X = Bytes(open, "x"), Y = Bytes(open, "y") } });
        Assert.True(other.VerifyData(Message, again.SignData(Message, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256));
        Assert.False(open.RootElement.TryGetProperty("d", out _));
    }

    private static byte[] Bytes(JsonDocument key, string member)
    {
        var text = key.RootElement.GetProperty(member).GetString()!.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
