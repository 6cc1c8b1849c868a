using System.Security.Cryptography;

namespace RotateSecrets.Installation;

/// <summary>
/// The key under which this installation fingerprints values: 32 random bytes in a file that only its owner reads. Where
/// no such file can be kept, a key that lasts as long as the process.
/// </summary>
internal static class InstallationKey
{
    private const int Size = 32;

    private static readonly Lazy<byte[]> Key = new(Open);

    public static string Fingerprint(ReadOnlySpan<byte> value)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Key.Value, value, mac);
        return Convert.ToHexString(mac[..8]).ToLowerInvariant();
    }

    private static byte[] Open()
    {
        var path = Path.Combine(DataFolder.Path, "installation.key");
        try
        {
            PrivateFile.CreateIfAbsent(path, RandomNumberGenerator.GetBytes(Size));
            var key = File.ReadAllBytes(path);
            return key.Length == Size ? key : RandomNumberGenerator.GetBytes(Size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return RandomNumberGenerator.GetBytes(Size);
        }
    }
}
