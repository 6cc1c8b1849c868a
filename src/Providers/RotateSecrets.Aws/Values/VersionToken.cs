using System.Security.Cryptography;
using System.Text;

namespace RotateSecrets.Aws.Values;

/// <summary>The id of the version that a token writes. The service calls a version by the ClientRequestToken that it was written with.</summary>
internal static class VersionToken
{
    // ClientRequestTokenType of the service model.
    public const int Shortest = 32;
    private const int Longest = 64;

    /// <summary>The token itself where it can be an id, as a rotation's id can; else its SHA-256, which is one.</summary>
    public static string IdOf(string token) => token.Length is >= Shortest and <= Longest && token.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-')
        ? token
        : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token))).ToLowerInvariant();
}
