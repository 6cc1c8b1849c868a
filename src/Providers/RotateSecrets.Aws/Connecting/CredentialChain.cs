using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Endpoints;
using Amazon.SecretsManager;
using RotateSecrets.Aws.Calls;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Connecting;

/// <summary>Who calls, and in which region: as it was said, or as the SDK finds it.</summary>
/// <param name="Credentials">The credentials, which renew themselves where they can.</param>
/// <param name="Region">The region.</param>
/// <param name="Account">The account's number, where the credentials tell; else the profile's name, else nothing.</param>
internal sealed record CredentialChain(AWSCredentials Credentials, RegionEndpoint Region, string? Account)
{
    private const string Order =
        "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE), "
        + "the profile (AWS_PROFILE, else default: keys, role, SSO, process), the container, the instance";

    /// <summary>The account's number; null where the credentials don't tell.</summary>
    public string? AccountNumber => Account is { Length: 12 } number && number.All(char.IsAsciiDigit) ? number : null;

    /// <summary>A store's location: what is there under one endpoint is another secret in another region or account.</summary>
    public string LocationAt(Endpoint endpoint) =>
        $"{endpoint.URL.TrimEnd('/')}/?region={Region.SystemName}" + (Account is { } account ? $"&account={account}" : string.Empty);

    public static async Task<Outcome<CredentialChain>> ResolveAsync(AwsSettings settings, CancellationToken cancellation)
    {
        CredentialProfile? profile = null;
        var profiles = Profiles();
        if (settings.ProfileName is { } name && !profiles.TryGetProfile(name, out profile))
        {
            return new Failure(FailureCode.CredentialsInvalid, name, $"There is no AWS profile {name}.")
            {
                Remedy = profiles.ListProfiles() is { Count: > 0 } there
                    ? $"There are: {string.Join(", ", there.Select(static one => one.Name))}."
                    : "Make it with: aws configure --profile <name>",
            };
        }

        if (RegionOf(settings, profile ?? ProfileInUse(profiles)) is not { } region)
        {
            return new Failure(FailureCode.ValueInvalid, "Region", "No AWS region is known: neither -Region, AWS_REGION, AWS_DEFAULT_REGION nor a profile names one.")
            {
                Remedy = "Say -Region, for example -Region eu-central-1.",
            };
        }

        try
        {
            var credentials = settings switch
            {
                { AccessKeyId: { } id, SecretAccessKey: { } key, SessionToken: { } token } => new SessionAWSCredentials(id, key.Reveal(), token.Reveal()),
                { AccessKeyId: { } id, SecretAccessKey: { } key } => new BasicAWSCredentials(id, key.Reveal()),
                _ when profile is not null => AWSCredentialsFactory.GetAWSCredentials(profile, profiles),
                _ => await new DefaultAWSCredentialsIdentityResolver().ResolveIdentityAsync(new AmazonSecretsManagerConfig { RegionEndpoint = region }, cancellation),
            };
            var resolved = await credentials.GetCredentialsAsync();
            return new CredentialChain(credentials, region, resolved.AccountId is { Length: > 0 } account ? account : settings.ProfileName);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && (AwsFailure.Fits(e) || e is InvalidOperationException or ArgumentException or InvalidDataException))
        {
            return Missing(settings.ProfileName ?? Environment.GetEnvironmentVariable("AWS_PROFILE") ?? "default", profile ?? ProfileInUse(profiles), profile is not null, settings.Time.GetUtcNow());
        }
    }

    // The SDK looks at these variables once in the life of a process; here they count whenever they are set. Who signs in with SSO alone has no file of credentials.
    private static CredentialProfileStoreChain Profiles()
    {
        var credentials = Environment.GetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE");
        var config = Environment.GetEnvironmentVariable("AWS_CONFIG_FILE");
        return new CredentialProfileStoreChain(File.Exists(credentials) || !File.Exists(config) ? credentials : config);
    }

    private static Failure Missing(string name, CredentialProfile? profile, bool isNamed, DateTimeOffset now) => profile switch
    {
        { Options: { SsoStartUrl.Length: > 0 } or { SsoSession.Length: > 0 } } => new SignOn(name, profile.Options.SsoSession, profile.Options.SsoStartUrl).Missing(now),
        not null when isNamed => new Failure(FailureCode.CredentialsInvalid, name, $"The AWS profile {name} gives no credentials.") { Remedy = "See what it says in ~/.aws/config and ~/.aws/credentials." },
        _ => new Failure(FailureCode.CredentialsInvalid, "credentials", $"No AWS credentials were found. Tried, in this order: {Order}.") { Remedy = "Sign in, or say -ProfileName or -Credential." },
    };

    private static CredentialProfile? ProfileInUse(CredentialProfileStoreChain profiles) =>
        profiles.TryGetProfile(Environment.GetEnvironmentVariable("AWS_PROFILE") ?? "default", out var profile) ? profile : null;

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
