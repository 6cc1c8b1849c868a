using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.SecretsManager;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws;
using RotateSecrets.Aws.Audit;
using RotateSecrets.Aws.Connecting;
using RotateSecrets.Aws.Files;
using RotateSecrets.Aws.Parameters;
using RotateSecrets.Aws.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Stores;

[assembly: Provider(typeof(AwsProvider))]

namespace RotateSecrets.Aws;

/// <summary>
/// AWS Secrets Manager, and with the setting <c>ParameterStore</c> Systems Manager Parameter Store. Its location is an endpoint, or empty for the region's own
/// (<c>AWS_ENDPOINT_URL</c> and <c>AWS_ENDPOINT_URL_SECRETS_MANAGER</c> count); its settings are those of <see cref="AwsSettings"/>; its credential is the secret of an access key
/// whose id is the setting <c>AccessKeyId</c>, or nothing for the SDK's own chain.
/// </summary>
public sealed class AwsProvider : IProvider
{
    private const StoreCapabilities SecretsManager = StoreCapabilities.Readable | StoreCapabilities.Versioned | StoreCapabilities.Staged
        | StoreCapabilities.CompareAndSet | StoreCapabilities.Idempotent | StoreCapabilities.Revocable | StoreCapabilities.SelfRotating;

    private const StoreCapabilities ParameterStoreCan =
        StoreCapabilities.Readable | StoreCapabilities.Versioned | StoreCapabilities.Staged | StoreCapabilities.Idempotent | StoreCapabilities.Revocable;

    /// <inheritdoc/>
    public async Task<Outcome<Connection>> ConnectAsync(ConnectionRequest request, CancellationToken cancellation)
    {
        if (!AwsSettings.Read(request).Succeeded(out var said, out var failure)
            || !ChosenProfile.Find(said.ProfileName).Succeeded(out var profile, out failure)
            || !EndpointChoice.Resolve(said, profile, said.IsParameterStore ? new AmazonSimpleSystemsManagementConfig() : new AmazonSecretsManagerConfig()).Succeeded(out var settings, out failure)
            || !(await CredentialChain.ResolveAsync(settings, profile, cancellation)).Succeeded(out var chain, out failure))
        {
            return failure;
        }

        try
        {
            var connection = settings.IsParameterStore ? Parameters(request, settings, chain) : Secrets(request, settings, chain);
            var pattern = settings.IsParameterStore ? MentionPattern.ParameterStore : MentionPattern.SecretsManager;
            return settings.ConsumerPaths.Count == 0
                ? connection
                : connection with { Sources = [new FileConsumerSource(request.Name, chain.AccountNumber, settings.ConsumerPaths, pattern)] };
        }
        catch (AmazonClientException)
        {
            // Endpoints are worked out before the first request, and this is what they can't be.
            return new Failure(FailureCode.ValueInvalid, "Region", $"The service has no such endpoint in {chain.Region.SystemName}.")
            {
                Remedy = "Leave out FIPS and dual-stack there, or say -EndpointUri.",
            };
        }
    }

    private static Connection Secrets(ConnectionRequest request, AwsSettings settings, CredentialChain chain)
    {
        var can = settings.CloudTrailPaths.Count > 0 ? SecretsManager | StoreCapabilities.Audited : SecretsManager;
        var endpoint = Config(settings, chain.Region).DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(null));
        return new Connection(new SecretsManagerStore(
            new StoreDescription(request.Name, "Aws", chain.LocationAt(endpoint), can),
            new CallerPlace(chain.Region.SystemName, chain.AccountNumber),
            region => new AmazonSecretsManagerClient(chain.Credentials, Config(settings, region is null ? chain.Region : RegionEndpoint.GetBySystemName(region))),
            new CloudTrail(request.Name, chain.AccountNumber, settings.CloudTrailPaths),
            settings,
            request.Time));
    }

    private static Connection Parameters(ConnectionRequest request, AwsSettings settings, CredentialChain chain)
    {
        var client = new AmazonSimpleSystemsManagementClient(chain.Credentials, ParameterConfig(settings, chain.Region));
        var location = chain.LocationAt(client.DetermineServiceOperationEndpoint(new GetParameterRequest()));
        return new Connection(new ParameterStore(
            new StoreDescription(request.Name, "Aws", location, ParameterStoreCan), new ParameterCalls(client, request.Name, settings.Tags), request.Time));
    }

    private static AmazonSimpleSystemsManagementConfig ParameterConfig(AwsSettings settings, RegionEndpoint region)
    {
        var config = new AmazonSimpleSystemsManagementConfig();
        Apply(config, settings, region);
        return config;
    }

    private static AmazonSecretsManagerConfig Config(AwsSettings settings, RegionEndpoint region)
    {
        var config = new AmazonSecretsManagerConfig();
        Apply(config, settings, region);
        return config;
    }

    private static void Apply(ClientConfig config, AwsSettings settings, RegionEndpoint region)
    {
        // What is left open here the SDK would look for once more, and by its own rules.
        config.IgnoreConfiguredEndpointUrls = true;
        config.RegionEndpoint = region;
        config.UseFIPSEndpoint = settings.UseFips;
        config.UseDualstackEndpoint = settings.UseDualStack;
        if (settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
        }

        // An endpoint takes the region's place, and leaves open what requests are signed for.
        config.AuthenticationRegion = region.SystemName;
    }
}
