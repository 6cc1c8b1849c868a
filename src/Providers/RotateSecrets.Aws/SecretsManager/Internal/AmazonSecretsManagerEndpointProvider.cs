using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Amazon.SecretsManager.Internal;

/// <summary>What an endpoint follows from.</summary>
internal sealed class AmazonSecretsManagerEndpointParameters : EndpointParameters
{
    public string? Region
    {
        get => (string?)this[nameof(Region)];
        set => this[nameof(Region)] = value;
    }

    public bool UseFips
    {
        get => (bool?)this[nameof(UseFips)] ?? false;
        set => this[nameof(UseFips)] = value;
    }

    public bool UseDualStack
    {
        get => (bool?)this[nameof(UseDualStack)] ?? false;
        set => this[nameof(UseDualStack)] = value;
    }

    public string? Endpoint
    {
        get => (string?)this[nameof(Endpoint)];
        set => this[nameof(Endpoint)] = value;
    }
}

/// <summary>
/// Finds the endpoint of a region: <c>secretsmanager[-fips].&lt;region&gt;.&lt;suffix&gt;</c>. Source: the service's endpoint rule set (endpoint-rule-set-1).
/// </summary>
internal sealed class AmazonSecretsManagerEndpointProvider : IEndpointProvider
{
    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        var asked = (AmazonSecretsManagerEndpointParameters)parameters;
        if (asked.Endpoint is { } given)
        {
            return asked switch
            {
                { UseFips: true } => throw new AmazonClientException("Invalid Configuration: FIPS and custom endpoint are not supported"),
                { UseDualStack: true } => throw new AmazonClientException("Invalid Configuration: Dualstack and custom endpoint are not supported"),
                _ => new Endpoint(given),
            };
        }

        if (asked.Region is not { } region)
        {
            throw new AmazonClientException("Invalid Configuration: Missing Region");
        }

        var suffix = Suffix(region, asked.UseDualStack);
        return new Endpoint($"https://secretsmanager{(asked.UseFips ? "-fips" : string.Empty)}.{region}.{suffix}");
    }

    // Partitions and their suffixes. Source: partitions.json of the SDKs.
    private static string Suffix(string region, bool dualStack) => region switch
    {
        _ when region.StartsWith("cn-", StringComparison.Ordinal) => dualStack ? "api.amazonwebservices.com.cn" : "amazonaws.com.cn",
        _ when region.StartsWith("us-iso-", StringComparison.Ordinal) => "c2s.ic.gov",
        _ when region.StartsWith("us-isob-", StringComparison.Ordinal) => "sc2s.sgov.gov",
        _ when region.StartsWith("eu-isoe-", StringComparison.Ordinal) => "cloud.adc-e.uk",
        _ when region.StartsWith("us-isof-", StringComparison.Ordinal) => "csp.hci.ic.gov",
        _ when region.StartsWith("eusc-", StringComparison.Ordinal) => "amazonaws.eu",
        _ => dualStack ? "api.aws" : "amazonaws.com",
    };
}

/// <summary>Hands the endpoint's parameters to the pipeline.</summary>
internal sealed class AmazonSecretsManagerEndpointResolver : BaseEndpointResolver
{
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new AmazonSecretsManagerEndpointParameters
    {
        Region = requestContext.ClientConfig.RegionEndpoint?.SystemName ?? requestContext.ClientConfig.AuthenticationRegion,
        UseFips = requestContext.ClientConfig.UseFIPSEndpoint,
        UseDualStack = requestContext.ClientConfig.UseDualstackEndpoint,
        Endpoint = requestContext.ClientConfig.ServiceURL,
    };
}
