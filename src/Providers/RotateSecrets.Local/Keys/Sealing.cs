using System.Security.Cryptography;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Keys;

/// <summary>AES-256-GCM: nonce, ciphertext and tag in one piece, bound to what it belongs to.</summary>
internal static class Sealing
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>Encrypts.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">What to encrypt.</param>
    /// <param name="belongsTo">The associated data: it opens only with the same.</param>
    public static byte[] Seal(SecretValue key, SecretValue value, byte[] belongsTo)
    {
        var piece = new byte[NonceSize + value.Length + TagSize];
        RandomNumberGenerator.Fill(piece.AsSpan(0, NonceSize));
        return key.Reveal(keyBytes =>
        {
            using var aes = new AesGcm(keyBytes, TagSize);
            return value.Reveal(plain =>
            {
                aes.Encrypt(
                    piece.AsSpan(0, NonceSize), plain, piece.AsSpan(NonceSize, plain.Length), piece.AsSpan(NonceSize + plain.Length), belongsTo);
                return piece;
            });
        });
    }

    /// <summary>Decrypts, or answers null where key, piece or associated data are not those of the sealing.</summary>
    public static SecretValue? Open(SecretValue key, byte[] piece, byte[] belongsTo)
    {
        if (piece.Length < NonceSize + TagSize)
        {
            return null;
        }

        try
        {
            var length = piece.Length - NonceSize - TagSize;
            return key.Reveal(keyBytes =>
            {
                using var aes = new AesGcm(keyBytes, TagSize);
                return SecretValue.Create(length, plain => aes.Decrypt(
                    piece.AsSpan(0, NonceSize), piece.AsSpan(NonceSize, length), piece.AsSpan(NonceSize + length), plain, belongsTo));
            });
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
