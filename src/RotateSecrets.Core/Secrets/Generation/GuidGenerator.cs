using System.Security.Cryptography;

namespace RotateSecrets.Secrets.Generation;

/// <summary>Random GUIDs (RFC 9562, version 4): 122 bits of a GUID's 128 are random, which is less than a secret should have.</summary>
public sealed class GuidGenerator : ISecretGenerator
{
    private const int Length = 36;
    private const int RandomBytes = 16;

    /// <inheritdoc/>
    public double EntropyBits => 122;

    /// <inheritdoc/>
    public SecretValue Generate() => SecretValue.Create(
        Length,
        static text =>
        {
            Span<byte> random = stackalloc byte[RandomBytes];
            RandomNumberGenerator.Fill(random);
            random[6] = (byte)((random[6] & 0x0F) | 0x40);
            random[8] = (byte)((random[8] & 0x3F) | 0x80);
            new Guid(random, bigEndian: true).TryFormat(text, out _);
            CryptographicOperations.ZeroMemory(random);
        },
        EntropyBits);
}
