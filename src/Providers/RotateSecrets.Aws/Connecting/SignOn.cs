using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Connecting;

/// <summary>
/// The sign-in with IAM Identity Center (SSO) that a profile uses, as `aws sso login` leaves it: a file in <c>~/.aws/sso/cache</c>, called by the SHA-1 of the session's name, or of the start address where
/// the profile has no session. Source: the AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider".
/// </summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Session">The name of its session; null or empty where it has none.</param>
/// <param name="StartUrl">Where one signs in.</param>
internal sealed record SignOn(string Profile, string? Session, string? StartUrl)
{
    private const int LargestFile = 1 << 20;

    /// <summary>Why the sign-in gives no credentials, and the command that helps.</summary>
    /// <param name="now">The time.</param>
    public Failure Missing(DateTimeOffset now) =>
        new(FailureCode.CredentialsInvalid, Profile, ExpiresAt() switch
        {
            null => $"There is no SSO sign-in for the AWS profile {Profile} on this machine.",
            { } end when end <= now => $"The SSO sign-in of the AWS profile {Profile} expired at {end.ToUniversalTime():u}.",
            _ => $"The SSO sign-in of the AWS profile {Profile} gives no credentials: it was ended, or its account or role isn't the signed-in person's.",
        })
        {
            Remedy = $"Sign in with: aws sso login --profile {Profile}",
        };

    // The file's token is never looked at.
    private DateTimeOffset? ExpiresAt()
    {
        // The name of a file, and no protection: nothing rests on the digest.
#pragma warning disable CA5350
        var name = Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(Session is { Length: > 0 } session ? session : StartUrl ?? string.Empty))).ToLowerInvariant();
#pragma warning restore CA5350
        var file = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", "sso", "cache", name + ".json");
        try
        {
            if (new FileInfo(file).Length > LargestFile)
            {
                return null;
            }

            var bytes = File.ReadAllBytes(file);
            try
            {
                using var json = JsonDocument.Parse(bytes);
                return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("expiresAt", out var said) && said.ValueKind == JsonValueKind.String
                    && DateTimeOffset.TryParse(said.GetString()!.Replace("UTC", "Z", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
                        ? end
                        : null;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(bytes);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
