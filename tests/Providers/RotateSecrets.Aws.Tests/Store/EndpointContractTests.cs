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
        NamedEndpoint.Require();
        return await OpenAsync();
    }

    protected override async ValueTask CleanAsync()
    {
        if (NamedEndpoint.Exists)
        {
            await using var store = await OpenAsync();
            Value(await store.RemoveAsync(Address, CancellationToken.None));
        }
    }

    private async Task<ISecretStore> OpenAsync() => Value(await new AwsProvider().ConnectAsync(
        new ConnectionRequest("aws", string.Empty, TimeProvider.System)
        {
            Settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ParameterStore"] = [IsParameterStore.ToString()] },
        },
        CancellationToken.None)).Store;
}
