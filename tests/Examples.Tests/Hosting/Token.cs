using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Examples.Tests.Hosting;

/// <summary>Makes tokens, good and bad.</summary>
internal static class Token
{
    public const string Header = """{"alg":"HS256","typ":"JWT"}""";

    /// <summary>Claims that hold now.</summary>
    public static string Claims(int expiresInSeconds = 60, int? notBeforeInSeconds = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var notBefore = notBeforeInSeconds is { } seconds ? $",\"nbf\":{now + seconds}" : "";
        return $"{{\"sub\":\"tester\",\"exp\":{now + expiresInSeconds}{notBefore}}}";
    }

    /// <summary>Signs with HMAC-SHA256, whatever the header says.</summary>
    public static string Sign(string secret, string claims, string header = Header) =>
        Sign(claims, header, text => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), text));

    /// <summary>Signs by some algorithm.</summary>
    public static string Sign(string claims, string header, Func<byte[], byte[]> signature)
    {
        var text = $"{Part(header)}.{Part(claims)}";
        return $"{text}.{Base64Url.EncodeToString(signature(Encoding.UTF8.GetBytes(text)))}";
    }

    public static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
