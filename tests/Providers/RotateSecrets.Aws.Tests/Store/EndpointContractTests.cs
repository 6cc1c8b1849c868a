using RotateSecrets.Contracts;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Store;

/// <summary>The same on whatever service the environment names, with the SDK's own chain of credentials.</summary>
public class EndpointContractTests : StoreContract
{
    protected override SecretAddress Address { get; } = SecretAddress.Parse($"aws:/rotatesecrets/contract-{Guid.NewGuid():N}");

    protected virtual bool IsParameterStore => false;

    protected override async Task<ISecretStore> ConnectAsync()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is { Length: > 0 },
            "Set AWS_ENDPOINT_URL (and AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) to run these on a service.");
        return Value(await new AwsProvider().ConnectAsync(new ConnectionRequest("aws", string.Empty, TimeProvider.System)
        {
            Settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ParameterStore"] = [IsParameterStore.ToString()] },
        },
        Cancellation)).Store;
    }
}
