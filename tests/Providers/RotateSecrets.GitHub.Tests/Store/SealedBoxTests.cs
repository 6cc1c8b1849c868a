using System.Security.Cryptography;
using RotateSecrets.GitHub.Store;
using RotateSecrets.Secrets;
using Sodium;

namespace RotateSecrets.GitHub.Tests.Store;

/// <summary>The box that libsodium makes, and another implementation opens, and the other way round.</summary>
public sealed class SealedBoxTests
{
    // The keys of libsodium's own test of crypto_box (test/default/box.c), which are those of the paper "Cryptography in NaCl": Bob's is the recipient's, Alice's the ephemeral one.
    private static readonly byte[] Recipient = Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    private static readonly byte[] Ephemeral = Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");

    [Fact]
    public void The_keys_are_those_of_the_published_vectors()
    {
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(NaClBox.PublicOf(Recipient)));
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(NaClBox.PublicOf(Ephemeral)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(131)]
    [InlineData(49152)]
    public void What_another_implementation_sealed_libsodium_opens(int length)
    {
        var message = RandomNumberGenerator.GetBytes(length);
        var box = NaClBox.Seal(message, NaClBox.PublicOf(Recipient), Ephemeral);
        Assert.Equal(message, SealedPublicKeyBox.Open(box, Recipient, NaClBox.PublicOf(Recipient)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(131)]
    [InlineData(49152)]
    public void What_libsodium_sealed_another_implementation_opens(int length)
    {
        var message = RandomNumberGenerator.GetBytes(length);
        using var value = SecretValue.FromBytes(message);
        var box = Convert.FromBase64String(SealedBox.Seal(value, NaClBox.PublicOf(Recipient)));
        Assert.Equal(message.Length + 48, box.Length);
        Assert.Equal(message, NaClBox.Open(box, Recipient));
    }

    [Fact]
    public void A_box_opens_with_no_other_key_and_not_once_it_was_altered()
    {
        using var value = SecretValue.FromText("s3cret");
        var box = Convert.FromBase64String(SealedBox.Seal(value, NaClBox.PublicOf(Recipient)));
        Assert.Null(NaClBox.Open(box, Ephemeral));
        Assert.Throws<CryptographicException>(() => SealedPublicKeyBox.Open(box, Ephemeral, NaClBox.PublicOf(Ephemeral)));
        box[^1] ^= 1;
        Assert.Null(NaClBox.Open(box, Recipient));
    }
}
