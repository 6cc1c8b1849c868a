using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager.Internal;

namespace Amazon.SecretsManager;

/// <summary>How the service is reached.</summary>
internal sealed class AmazonSecretsManagerConfig : ClientConfig
{
    public AmazonSecretsManagerConfig()
        : base(new DefaultConfigurationProvider([new DefaultConfiguration { Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard }]))
    {
        ServiceId = "Secrets Manager";
        AuthenticationServiceName = "secretsmanager";
        MaxErrorRetry = 3;
        EndpointProvider = new AmazonSecretsManagerEndpointProvider();
    }

    public override string RegionEndpointServiceName => "secretsmanager";

    public override string ServiceVersion => "2017-10-17";

    public override string UserAgent => "aws-sdk-dotnet-core RotateSecrets";

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => EndpointProvider.ResolveEndpoint(
        new AmazonSecretsManagerEndpointParameters
        {
            Region = parameters.AlternateEndpoint?.SystemName ?? RegionEndpoint?.SystemName ?? AuthenticationRegion,
            UseFips = UseFIPSEndpoint,
            UseDualStack = UseDualstackEndpoint,
            Endpoint = ServiceURL,
        });
}
