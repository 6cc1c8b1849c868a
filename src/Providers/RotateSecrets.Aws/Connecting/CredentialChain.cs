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
/// <param name="Account">The account's number, where the credentials tell; else the profile's name, else nothing.</param>
internal sealed record CredentialChain(AWSCredentials Credentials, RegionEndpoint Region, string? Account)
{
    /// <summary>The account's number; null where the credentials don't tell.</summary>
    public string? AccountNumber => Account is { Length: 12 } number && number.All(char.IsAsciiDigit) ? number : null;

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
            return new CredentialChain(
                new ExplainedCredentials(credentials, cause => profile.NoCredentials(cause, isOfProfile, settings.Time.GetUtcNow())),
                region,
                resolved.AccountId is { Length: > 0 } account ? account : settings.ProfileName);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // Processes are run, files read and services asked: there is nothing that may not be thrown.
            return profile.NoCredentials(e, isOfProfile, settings.Time.GetUtcNow());
        }
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
