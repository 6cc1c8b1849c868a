using System.Security.Cryptography;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Keys;

/// <summary>The keys of an open file: one that seals values, one that authenticates rows; both derived from the file's data key.</summary>
internal sealed class KeyRing : IDisposable
{
    private readonly SecretValue authentication;

    private KeyRing(SecretValue sealing, SecretValue authentication)
    {
        Sealing = sealing;
        this.authentication = authentication;
    }

    public SecretValue Sealing { get; }

    public static KeyRing Derive(SecretValue dataKey) => dataKey.Reveal(static bytes =>
        new KeyRing(Expand(bytes, "rotatesecrets seal"u8), Expand(bytes, "rotatesecrets authenticate"u8)));

    /// <summary>HMAC-SHA256 of a row.</summary>
    public byte[] Authenticate(byte[] row) => authentication.Reveal(key => HMACSHA256.HashData(key, row));

    public void Dispose()
    {
        Sealing.Dispose();
        authentication.Dispose();
    }

    private static SecretValue Expand(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> purpose)
    {
        var expanded = new byte[KeyFile.KeySize];
        HKDF.Expand(HashAlgorithmName.SHA256, dataKey, expanded, purpose);
        return SecretValue.Take(expanded);
    }
}
