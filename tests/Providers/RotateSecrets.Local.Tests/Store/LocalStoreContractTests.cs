using RotateSecrets.Contracts;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Local.Tests.Store;

public sealed class LocalStoreContractTests : StoreContract
{
    private readonly StoreFolder folder = new();

    protected override SecretAddress Address { get; } = SecretAddress.Parse("local:CONTRACT#field");

    protected override async Task<ISecretStore> ConnectAsync() => Value(await folder.ConnectAsync());

    protected override ValueTask CleanAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
