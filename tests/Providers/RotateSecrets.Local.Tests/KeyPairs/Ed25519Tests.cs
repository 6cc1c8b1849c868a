using System.Diagnostics;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.OpenSsl;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Local.Tests.KeyPairs;

public sealed class Ed25519Tests
{
    private static readonly byte[] Message = "rotate me"u8.ToArray();

    [Fact]
    public void A_pair_in_PEM_signs_and_verifies()
    {
        using var value = new Ed25519Generator(new LocalProvider(), KeyEncoding.Pem).Generate();
        var secret = (Ed25519PrivateKeyParameters)new PemReader(new StringReader(value.Reveal())).ReadObject();
        var open = (Ed25519PublicKeyParameters)new PemReader(new StringReader(value.PublicKey!)).ReadObject();
        Assert.True(Verify(open, Sign(secret)));
    }

    [Fact]
    public void A_pair_as_JWK_has_the_members_of_RFC_8037()
    {
        using var value = new Ed25519Generator(new LocalProvider(), KeyEncoding.Jwk).Generate();
        Assert.Matches("""^\{"kty":"OKP","crv":"Ed25519","x":"[A-Za-z0-9_-]{43}","d":"[A-Za-z0-9_-]{43}"\}$""", value.Reveal());
        Assert.Matches("""^\{"kty":"OKP","crv":"Ed25519","x":"[A-Za-z0-9_-]{43}"\}$""", value.PublicKey!);
    }

    [Theory]
    [InlineData("Ed25519")]
    [InlineData("Rsa")]
    [InlineData("Ecdsa")]
    public async Task OpenSSL_reads_what_is_made(string format)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/openssl"), "OpenSSL isn't installed.");
        var generators = new SecretGenerators(static () => new LocalProvider());
        Assert.True(generators.Of(format, new Dictionary<string, string>()).Succeeded(out var generator, out var failure), failure?.ToString());
        using var value = generator!.Generate();
        foreach (var (text, arguments) in new[] { (value.Reveal(), "pkey -noout -text"), (value.PublicKey!, "pkey -pubin -noout -text") })
        {
            var start = new ProcessStartInfo("/usr/bin/openssl", arguments.Split(' ')) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
            using var openssl = Process.Start(start)!;
            await openssl.StandardInput.WriteAsync(text);
            openssl.StandardInput.Close();
            await openssl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await openssl.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, openssl.ExitCode);
        }
    }

    private static byte[] Sign(Ed25519PrivateKeyParameters key)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, key);
        signer.BlockUpdate(Message, 0, Message.Length);
        return signer.GenerateSignature();
    }

    private static bool Verify(Ed25519PublicKeyParameters key, byte[] signature)
    {
        var verifier = new Ed25519Signer();
        verifier.Init(forSigning: false, key);
        verifier.BlockUpdate(Message, 0, Message.Length);
        return verifier.VerifySignature(signature);
    }
}
