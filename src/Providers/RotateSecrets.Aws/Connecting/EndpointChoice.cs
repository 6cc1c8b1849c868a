using Amazon;
using Amazon.Runtime;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Connecting;

/// <summary>
/// Where a service is: as the connection says, else the environment, else the profile; and by which kind of endpoint. The SDK knows all of it but for a profile that is named, and keeps what it has once found
/// for the life of the process. Source: the AWS SDKs and Tools Reference Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints".
/// </summary>
internal static class EndpointChoice
{
    private const string Variable = "AWS_ENDPOINT_URL";

    /// <summary>Settings that leave nothing of it open.</summary>
    /// <param name="settings">What the connection says.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="config">Of the service, as it is made.</param>
    public static Outcome<AwsSettings> Resolve(AwsSettings settings, ChosenProfile profile, ClientConfig config)
    {
        var resolved = settings with
        {
            UseFips = settings.UseFips || IsOn("AWS_USE_FIPS_ENDPOINT", profile.Profile?.UseFIPSEndpoint),
            UseDualStack = settings.UseDualStack || IsOn("AWS_USE_DUALSTACK_ENDPOINT", profile.Profile?.UseDualstackEndpoint),
        };
        if (settings.Endpoint is null && !IsOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile.Profile?.IgnoreConfiguredEndpointUrls) && Configured(profile, config) is var (from, text))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            {
                return new Failure(FailureCode.ValueInvalid, "EndpointUri", $"The endpoint that {from} names is no http or https address.") { Remedy = "Mend it, or say -EndpointUri." };
            }

            resolved = resolved with { Endpoint = endpoint };
        }

        return resolved is not { Endpoint: not null } || resolved is { UseFips: false, UseDualStack: false }
            ? resolved
            : new Failure(FailureCode.ValueInvalid, "EndpointUri", "An endpoint that is given, here, by AWS_ENDPOINT_URL or by the profile, can't be turned into a FIPS or dual-stack one.")
            {
                Remedy = "Give the address of that endpoint itself, or leave it to the region.",
            };
    }

    private static (string From, string Text)? Configured(ChosenProfile profile, ClientConfig config)
    {
        string[] variables = [$"{Variable}_{config.ServiceId.ToUpperInvariant().Replace(' ', '_')}", Variable];
        if (Array.Find(variables, static one => Environment.GetEnvironmentVariable(one) is { Length: > 0 }) is { } variable)
        {
            return (variable, Environment.GetEnvironmentVariable(variable)!);
        }

        return profile.Profile is not null && OfProfile(profile, config, hasEmpty: Array.Exists(variables, static one => Environment.GetEnvironmentVariable(one) is not null)) is { Length: > 0 } text
            ? ($"the profile {profile.Name}", text)
            : null;
    }

    // A section of services is the SDK's alone to read, which takes a variable that is empty for an endpoint.
    private static string? OfProfile(ChosenProfile profile, ClientConfig config, bool hasEmpty)
    {
        if (hasEmpty)
        {
            return profile.Profile!.EndpointUrl;
        }

        config.Profile = new Profile(profile.Name, profile.Location);
        config.IgnoreConfiguredEndpointUrls = false;
        try
        {
            return config.ServiceURL;
        }
        catch (AmazonClientException)
        {
            return "?";
        }
    }

    // What the environment says goes before the profile.
    private static bool IsOn(string variable, bool? profile) => Environment.GetEnvironmentVariable(variable) switch
    {
        { Length: > 0 } text => string.Equals(text, bool.TrueString, StringComparison.OrdinalIgnoreCase),
        _ => profile == true,
    };
}
