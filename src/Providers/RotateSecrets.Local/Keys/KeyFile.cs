using System.Buffers.Text;
using System.Security.Cryptography;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Keys;

/// <summary>
/// A file with a key of 32 random bytes: one line, <c>rotatesecrets-key:</c> and base64. On Windows what stands in base64 is
/// protected by DPAPI for the user who made it, and the line begins with <c>rotatesecrets-dpapi:</c>.
/// </summary>
internal static class KeyFile
{
    public const int KeySize = 32;

    private static ReadOnlySpan<byte> Plain => "rotatesecrets-key:"u8;

    private static ReadOnlySpan<byte> Shielded => "rotatesecrets-dpapi:"u8;

    /// <summary>Makes the file unless there is one.</summary>
    public static Outcome<string> EnsureExists(string path)
    {
        try
        {
            using var key = SecretValue.Create(KeySize, RandomNumberGenerator.Fill);
            var line = key.Reveal(Encode);
            PrivateFile.CreateIfAbsent(path, line);
            CryptographicOperations.ZeroMemory(line);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.AccessDenied, path, $"The key file can't be made at {path}.");
        }
    }

    /// <summary>Reads the key.</summary>
    public static Outcome<SecretValue> Read(string path)
    {
        try
        {
            var line = File.ReadAllBytes(path);
            var key = Decode(line.AsSpan().TrimEnd("\r\n"u8));
            CryptographicOperations.ZeroMemory(line);
            return key is null ? Wrong(path, "it holds no key of this module") : key;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Failure(FailureCode.KeyMissing, path, $"There is no key file at {path}.")
            {
                Remedy = "Name the key file it was made with: Connect-SecretStore -Local <store> -KeyFile <path>.",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.AccessDenied, path, $"The key file at {path} can't be read.");
        }
        catch (CryptographicException)
        {
            return Wrong(path, "another user or another machine protected it");
        }
    }

    /// <summary>The failure of a key that doesn't fit.</summary>
    public static Failure Wrong(string path, string why) =>
        new(FailureCode.KeyWrong, path, $"The key file {path} is not the right one: {why}. Nothing was changed.")
        {
            Remedy = "Name the key file it was made with: Connect-SecretStore -Local <store> -KeyFile <path>.",
        };

    private static byte[] Encode(ReadOnlySpan<byte> key) => OperatingSystem.IsWindows()
        ? Line(Shielded, ProtectedData.Protect(key.ToArray(), null, DataProtectionScope.CurrentUser))
        : Line(Plain, key);

    private static byte[] Line(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> content)
    {
        var line = new byte[prefix.Length + Base64.GetMaxEncodedToUtf8Length(content.Length) + 1];
        prefix.CopyTo(line);
        Base64.EncodeToUtf8(content, line.AsSpan(prefix.Length), out _, out _);
        line[^1] = (byte)'\n';
        return line;
    }

    private static SecretValue? Decode(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith(Plain))
        {
            return OfBase64(line[Plain.Length..], static bytes => bytes);
        }

        return OperatingSystem.IsWindows() && line.StartsWith(Shielded)
            ? OfBase64(line[Shielded.Length..], Unshield)
            : null;
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static byte[] Unshield(byte[] bytes) => ProtectedData.Unprotect(bytes, null, DataProtectionScope.CurrentUser);

    private static SecretValue? OfBase64(ReadOnlySpan<byte> text, Func<byte[], byte[]> open)
    {
        var raw = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, raw, out _, out var length) != System.Buffers.OperationStatus.Done)
        {
            return null;
        }

        var key = SecretValue.Take(open(raw[..length]));
        CryptographicOperations.ZeroMemory(raw);
        return key.Length == KeySize ? key : null;
    }
}
