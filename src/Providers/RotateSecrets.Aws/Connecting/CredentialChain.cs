using System.Globalization;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Endpoints;
using Amazon.SecretsManager;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Connecting;

/// <summary>Who calls, and in which region: as it was said, or as the SDK finds it.</summary>
/// <param name="Credentials">The credentials, which renew themselves where they can.</param>
/// <param name="Region">The region.</param>
/// <param name="AccountNumber">The account's number; null where the credentials don't tell.</param>
/// <param name="Account">What tells the account from others: its number, else what the key's id holds of it, else the profile's name, else nothing.</param>
internal sealed record CredentialChain(AWSCredentials Credentials, RegionEndpoint Region, string? AccountNumber, string? Account)
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A store's location: what is there under one endpoint is another secret in another region or account.</summary>
    public string LocationAt(Endpoint endpoint) =>
        $"{endpoint.URL.TrimEnd('/')}/?region={Region.SystemName}" + (Account is { } account ? $"&account={account}" : string.Empty);

    public static async Task<Outcome<CredentialChain>> ResolveAsync(AwsSettings settings, ChosenProfile profile, CancellationToken cancellation)
    {
        if (RegionOf(settings, profile.Profile) is not { } region)
        {
            return new Failure(FailureCode.ValueInvalid, "Region", "No AWS region is known: neither -Region, AWS_REGION, AWS_DEFAULT_REGION nor a profile names one.")
            {
                Remedy = "Say -Region, for example -Region eu-central-1.",
            };
        }

        var isOfProfile = settings.AccessKeyId is null && (profile.IsNamed || profile.IsNext);
        try
        {
            var credentials = settings switch
            {
                { AccessKeyId: { } id, SecretAccessKey: { } key, SessionToken: { } token } => new SessionAWSCredentials(id, key.Reveal(), token.Reveal()),
                { AccessKeyId: { } id, SecretAccessKey: { } key } => new BasicAWSCredentials(id, key.Reveal()),
                _ when isOfProfile => AWSCredentialsFactory.GetAWSCredentials(profile.Profile, profile.Files),
                _ => await new DefaultAWSCredentialsIdentityResolver().ResolveIdentityAsync(new AmazonSecretsManagerConfig { RegionEndpoint = region }, cancellation),
            };
            var resolved = await credentials.GetCredentialsAsync();
            var account = resolved.AccountId is { Length: > 0 } number ? number : null;
            return new CredentialChain(
                new ExplainedCredentials(Kept(credentials, resolved), cause => profile.NoCredentials(cause, isOfProfile, settings.Time.GetUtcNow())),
                region,
                account,
                account ?? (IsGiven(credentials) ? AccountIn(resolved.AccessKey) : null) ?? settings.ProfileName);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // Processes are run, files read and services asked: there is nothing that may not be thrown.
            return profile.NoCredentials(e, isOfProfile, settings.Time.GetUtcNow());
        }
    }

    // The SDK looks at the environment's keys for every request: whoever sets others, to connect another account, would have the first one's secrets asked for with them.
    private static AWSCredentials Kept(AWSCredentials credentials, ImmutableCredentials now) => credentials is not EnvironmentVariablesAWSCredentials ? credentials
        : now.UseToken ? new SessionAWSCredentials(now.AccessKey, now.SecretKey, now.Token)
        : new BasicAWSCredentials(now.AccessKey, now.SecretKey);

    private static bool IsGiven(AWSCredentials credentials) => credentials is EnvironmentVariablesAWSCredentials or BasicAWSCredentials or SessionAWSCredentials;

    // The id of a key holds the account's number, but for those of before 2019, where it is a number of the key's. Nothing rests on it but that two accounts aren't taken for one; GetAccessKeyInfo of STS is the one to ask for more.
    private static string? AccountIn(string keyId)
    {
        if (keyId is not { Length: 20 } || !(keyId.StartsWith("AKIA", StringComparison.Ordinal) || keyId.StartsWith("ASIA", StringComparison.Ordinal)))
        {
            return null;
        }

        var bits = 0L;
        foreach (var digit in keyId.AsSpan(4, 10))
        {
            if (Base32.IndexOf(digit, StringComparison.Ordinal) is var value && value < 0)
            {
                return null;
            }

            bits = (bits << 5) | (uint)value;
        }

        return ((bits & 0x1_ffff_ffff_fe00) >> 9).ToString("D12", CultureInfo.InvariantCulture);
    }

    // The SDK keeps the region that it has once found for the life of the process; here what is said now counts. Of a profile that is named its own goes before the environment's.
    private static RegionEndpoint? RegionOf(AwsSettings settings, CredentialProfile? profile)
    {
        if (settings.Region is { } said)
        {
            return RegionEndpoint.GetBySystemName(said);
        }

        string?[] named = [Environment.GetEnvironmentVariable("AWS_REGION"), Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION")];
        var first = settings.ProfileName is not null && profile?.Region is not null ? null : named.FirstOrDefault(static one => !string.IsNullOrEmpty(one));
        return first is null ? profile?.Region : RegionEndpoint.GetBySystemName(first);
    }
}
