using Amazon;
using Amazon.Runtime.Endpoints;
using Amazon.SecretsManager;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Aws;
using RotateSecrets.Aws.Audit;
using RotateSecrets.Aws.Connecting;
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
        if (!AwsSettings.Read(request).Succeeded(out var settings, out var failure)
            || !(await CredentialChain.ResolveAsync(settings, cancellation)).Succeeded(out var chain, out failure))
        {
            return failure;
        }

        var location = Config(settings, chain.Region).DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(null)).URL.TrimEnd('/') + $"/?region={chain.Region.SystemName}"
            + (chain.Account is { } account ? $"&account={account}" : string.Empty);
        if (settings.CloudTrailPaths.FirstOrDefault(static path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
        {
            return new Failure(FailureCode.FileNotFound, missing, $"There is no file or folder {missing}.");
        }

        var audited = settings.CloudTrailPaths.Count > 0 ? StoreCapabilities.Audited : StoreCapabilities.None;
        var trail = new CloudTrail(request.Name, settings.CloudTrailPaths);
        if (settings.IsParameterStore)
        {
            var client = new AmazonSimpleSystemsManagementClient(chain.Credentials, ParameterConfig(settings, chain.Region));
            var parameters = new StoreDescription(request.Name, "Aws", client.DetermineServiceOperationEndpoint(new GetParameterRequest()).URL.TrimEnd('/') + location[location.IndexOf("/?region", StringComparison.Ordinal)..], ParameterStoreCan | audited);
            return new Connection(new ParameterStore(parameters, new ParameterCalls(client, request.Name), trail, request.Time));
        }

        var description = new StoreDescription(request.Name, "Aws", location, SecretsManager | audited);
        return new Connection(new SecretsManagerStore(
            description,
            region => new AmazonSecretsManagerClient(chain.Credentials, Config(settings, region is null ? chain.Region : RegionEndpoint.GetBySystemName(region))),
            trail,
            settings.RecoveryDays,
            request.Time));
    }

    private static AmazonSimpleSystemsManagementConfig ParameterConfig(AwsSettings settings, RegionEndpoint region)
    {
        var config = new AmazonSimpleSystemsManagementConfig { RegionEndpoint = region, UseFIPSEndpoint = settings.UseFips, UseDualstackEndpoint = settings.UseDualStack };
        if (settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = region.SystemName;
        }

        return config;
    }

    private static AmazonSecretsManagerConfig Config(AwsSettings settings, RegionEndpoint region)
    {
        var config = new AmazonSecretsManagerConfig { RegionEndpoint = region, AuthenticationRegion = region.SystemName, UseFIPSEndpoint = settings.UseFips, UseDualstackEndpoint = settings.UseDualStack };
        if (settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = region.SystemName;
        }

        return config;
    }
}
