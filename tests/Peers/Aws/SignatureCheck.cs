using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AwsDouble;

/// <summary>Verifies Signature Version 4, as the AWS General Reference describes it.</summary>
public static class SignatureCheck
{
    /// <summary>Throws where the request isn't signed by the secret key.</summary>
    /// <returns>The region of the credential scope.</returns>
    public static string Verify(HttpRequest request, byte[] body, string accessKey, string secretKey, string service)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal))
        {
            throw new ServiceException("MissingAuthenticationTokenException", "Missing Authentication Token");
        }

        var parts = header["AWS4-HMAC-SHA256 ".Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(static part => part.Split('=', 2)).ToDictionary(static part => part[0], static part => part[1], StringComparer.Ordinal);
        var scope = parts["Credential"].Split('/');
        if (scope is not [var key, var day, var region, var named, "aws4_request"] || named != service)
        {
            throw new ServiceException("IncompleteSignatureException", "Credential should be scoped to the service.");
        }

        if (key != accessKey)
        {
            throw new ServiceException("UnrecognizedClientException", "The security token included in the request is invalid.");
        }

        var at = request.Headers["X-Amz-Date"].ToString();
        var signed = DateTimeOffset.ParseExact(at, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (!at.StartsWith(day, StringComparison.Ordinal) || (DateTimeOffset.UtcNow - signed).Duration() > TimeSpan.FromMinutes(5))
        {
            throw new ServiceException("InvalidSignatureException", "Signature expired.");
        }

        var names = parts["SignedHeaders"];
        if (!names.Split(';').Contains("host", StringComparer.Ordinal) || !names.Split(';').Contains("x-amz-target", StringComparer.Ordinal))
        {
            throw new ServiceException("InvalidSignatureException", "Host and X-Amz-Target have to be signed.");
        }

        var canonical = string.Join('\n',
        [
            request.Method,
            request.Path.Value!,
            string.Empty,
            .. names.Split(';').Select(name => $"{name}:{string.Join(',', request.Headers[name].ToArray()).Trim()}"),
            string.Empty,
            names,
            Hex(SHA256.HashData(body)),
        ]);
        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", at, string.Join('/', scope[1..]), Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var derived = new[] { day, region, service, "aws4_request" }.Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + secretKey), static (secret, data) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(data)));
        if (Hex(HMACSHA256.HashData(derived, Encoding.UTF8.GetBytes(toSign))) != parts["Signature"])
        {
            throw new ServiceException("InvalidSignatureException", "The request signature we calculated does not match the signature you provided.");
        }

        return region;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
