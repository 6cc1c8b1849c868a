using RotateSecrets.Contracts;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Store;

/// <summary>The contract, with a server that only answers as Vault does.</summary>
public sealed class DoubleContractTests : StoreContract
{
    private VaultDouble? server;

    protected override SecretAddress Address { get; } = SecretAddress.Parse("vault:secret/proxy/jwt#value");

    protected override async Task<ISecretStore> ConnectAsync()
    {
        server = await VaultDouble.StartAsync();
        return await Doors.ConnectAsync(server);
    }

    protected override async ValueTask CleanAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>The contract, with the server that VAULT_ADDR names.</summary>
public sealed class RealContractTests : StoreContract
{
    protected override SecretAddress Address { get; } = SecretAddress.Parse($"vault:{RealServer.Versioned}contract/{Guid.NewGuid():N}#value");

    protected override async Task<ISecretStore> ConnectAsync() => await RealServer.ConnectAsync();
}
