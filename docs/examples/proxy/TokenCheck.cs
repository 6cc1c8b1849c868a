using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Examples.Proxy;

/// <summary>Checks bearer tokens (RFC 6750) that are JSON Web Tokens (RFC 7519) signed with HMAC-SHA256 (HS256 of RFC 7518).</summary>
/// <param name="keys">The keys that a token may be signed with.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenCheck(IReadOnlyList<byte[]> keys, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    // Seconds that the callers' clocks may differ from ours.
    private const double Skew = 10;

    /// <summary>The subject of a valid token; null where the header holds none.</summary>
    public string? SubjectOf(string? authorization) =>
        authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true
        && authorization[Scheme.Length..].Split('.') is [var header, var payload, var signature]
        && IsSigned($"{header}.{payload}", signature)
        && Parse(header, ProxyJson.Default.TokenHeader) is { Alg: "HS256", Crit: null }
        && Parse(payload, ProxyJson.Default.TokenClaims) is { } claims
        && IsCurrent(claims)
            ? claims.Sub
            : null;

    // The algorithm is ours to say, not the token's, and nothing is parsed until the signature holds. The signature is compared as
    // text, which has one spelling only.
    private bool IsSigned(string text, string signature) => keys.Any(key =>
    {
        var expected = Base64Url.EncodeToUtf8(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
    });

    // A token that never expires is refused: it would outlive every rotation but the last.
    private bool IsCurrent(TokenClaims claims)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        return now < claims.Exp + Skew && now >= (claims.Nbf ?? 0) - Skew;
    }

    private static T? Parse<T>(string part, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(part), type);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}

internal sealed record TokenHeader(string? Alg, JsonElement? Crit);

internal sealed record TokenClaims(string? Sub, double? Exp, double? Nbf);

internal sealed record Caller(string Subject, string Replica);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenHeader))]
[JsonSerializable(typeof(TokenClaims))]
[JsonSerializable(typeof(Caller))]
internal sealed partial class ProxyJson : JsonSerializerContext;
