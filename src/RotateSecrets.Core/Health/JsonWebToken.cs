using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.Secrets;

namespace RotateSecrets.Health;

/// <summary>Signs tokens by RFC 7519 with HMAC-SHA256 (HS256 of RFC 7518).</summary>
internal static class JsonWebToken
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    // A service whose clock is a little behind must not take a fresh token for one of the future.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    public static string Sign(SecretValue secret, IReadOnlyDictionary<string, object> claims, DateTimeOffset now)
    {
        var payload = new Dictionary<string, object>(claims, StringComparer.Ordinal)
        {
            ["iat"] = (now - Skew).ToUnixTimeSeconds(),
            ["nbf"] = (now - Skew).ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString("N"),
        };
        var header = Base64Url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8);
        var signed = $"{header}.{Base64Url(JsonSerializer.SerializeToUtf8Bytes(payload))}";
        var signature = secret.Reveal(key => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)));
        return $"{signed}.{Base64Url(signature)}";
    }

    private static string Base64Url(ReadOnlySpan<byte> bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
