using AwsDouble;
using RotateSecrets.Contracts;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Store;

public class DoubleContractTests : StoreContract
{
    private DoubleServer? server;

    protected override SecretAddress Address { get; } = SecretAddress.Parse("aws:test/contract");

    protected virtual int Lag => 0;

    protected override async Task<ISecretStore> ConnectAsync()
    {
        server = await DoubleServer.StartAsync();
        server.Secrets.Lag = Lag;
        return Value(await AwsFixture.ConnectAsync(server.Address)).Store;
    }

    protected override ValueTask CleanAsync() => server!.DisposeAsync();
}
