using System.Buffers.Binary;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace RotateSecrets.GitHub.Tests.Store;

/// <summary>
/// crypto_box_seal once more, put together from parts of another library: X25519, HSalsa20, XSalsa20, Poly1305 and BLAKE2b. Source: libsodium's documentation, page "Sealed boxes": the ephemeral public key, then
/// crypto_box with the nonce BLAKE2b-192(ephemeral public key, recipient's public key).
/// </summary>
internal static class NaClBox
{
    private const int MacLength = 16;

    public static byte[] PublicOf(byte[] secret)
    {
        var key = new byte[32];
        X25519.ScalarMultBase(secret, 0, key, 0);
        return key;
    }

    public static byte[] Seal(byte[] message, byte[] recipient, byte[] ephemeralSecret)
    {
        var ephemeral = PublicOf(ephemeralSecret);
        var (pad, mac) = Stream(message, Shared(ephemeralSecret, recipient), Nonce(ephemeral, recipient), isSealing: true);
        return [.. ephemeral, .. mac, .. pad];
    }

    /// <summary>Opens a box; null where its code is wrong.</summary>
    public static byte[]? Open(byte[] box, byte[] secret)
    {
        var ephemeral = box[..32];
        var (message, mac) = Stream(box[(32 + MacLength)..], Shared(secret, ephemeral), Nonce(ephemeral, PublicOf(secret)), isSealing: false);
        return mac.AsSpan().SequenceEqual(box.AsSpan(32, MacLength)) ? message : null;
    }

    private static byte[] Nonce(byte[] ephemeral, byte[] recipient)
    {
        var digest = new Blake2bDigest(192);
        digest.BlockUpdate(ephemeral, 0, 32);
        digest.BlockUpdate(recipient, 0, 32);
        var nonce = new byte[24];
        digest.DoFinal(nonce, 0);
        return nonce;
    }

    private static byte[] Shared(byte[] secret, byte[] other)
    {
        var point = new byte[32];
        X25519.ScalarMult(secret, 0, other, 0, point, 0);
        return HSalsa20(point);
    }

    private static (byte[] Text, byte[] Mac) Stream(byte[] text, byte[] key, byte[] nonce, bool isSealing)
    {
        var cipher = new XSalsa20Engine();
        cipher.Init(true, new ParametersWithIV(new KeyParameter(key), nonce));
        var codeKey = new byte[32];
        cipher.ProcessBytes(codeKey, 0, 32, codeKey, 0);
        var other = new byte[text.Length];
        cipher.ProcessBytes(text, 0, text.Length, other, 0);
        var code = new Poly1305();
        code.Init(new KeyParameter(codeKey));
        var coded = isSealing ? other : text;
        code.BlockUpdate(coded, 0, coded.Length);
        var mac = new byte[MacLength];
        code.DoFinal(mac, 0);
        return (other, mac);
    }

    // With sixteen zero bytes, as crypto_box has it.
    private static byte[] HSalsa20(byte[] key)
    {
        var x = new uint[16];
        (x[0], x[5], x[10], x[15]) = (0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);
        for (var i = 0; i < 4; i++)
        {
            x[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(4 * i));
            x[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(16 + (4 * i)));
        }

        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                Quarter(x, 5 * i, (4 + (5 * i)) % 16, (8 + (5 * i)) % 16, (12 + (5 * i)) % 16);
            }

            for (var i = 0; i < 4; i++)
            {
                Quarter(x, 5 * i, (4 * i) + ((i + 1) % 4), (4 * i) + ((i + 2) % 4), (4 * i) + ((i + 3) % 4));
            }
        }

        var result = new byte[32];
        foreach (var (from, to) in ((int, int)[])[(0, 0), (5, 1), (10, 2), (15, 3), (6, 4), (7, 5), (8, 6), (9, 7)])
        {
            BinaryPrimitives.WriteUInt32LittleEndian(result.AsSpan(4 * to), x[from]);
        }

        return result;
    }

    private static void Quarter(uint[] x, int a, int b, int c, int d)
    {
        x[b] ^= uint.RotateLeft(x[a] + x[d], 7);
        x[c] ^= uint.RotateLeft(x[b] + x[a], 9);
        x[d] ^= uint.RotateLeft(x[c] + x[b], 13);
        x[a] ^= uint.RotateLeft(x[d] + x[c], 18);
    }
}
