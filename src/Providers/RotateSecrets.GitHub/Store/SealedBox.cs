using System.Security.Cryptography;
using RotateSecrets.Secrets;
using Sodium;

namespace RotateSecrets.GitHub.Store;

/// <summary>Seals a value so that only the scope whose public key it is can open it: libsodium's crypto_box_seal.</summary>
internal static class SealedBox
{
    /// <summary>The number of bytes in a public key.</summary>
    public const int KeyLength = 32;

    /// <summary>Seals a value.</summary>
    /// <param name="value">The value, whose bytes go in as they are.</param>
    /// <param name="publicKey">The scope's public key.</param>
    /// <returns>The box in base64, which nobody but the scope can open.</returns>
    public static string Seal(SecretValue value, byte[] publicKey) => value.Reveal(bytes =>
    {
        // The library takes an array: one that isn't moved about, and is cleared.
        var message = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        try
        {
            bytes.CopyTo(message);
            return Convert.ToBase64String(SealedPublicKeyBox.Create(message, publicKey));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(message);
        }
    });
}
