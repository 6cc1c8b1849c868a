using RotateSecrets.Contracts;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Tests.Store;

/// <summary>The contract, with the cluster that KUBECONFIG names.</summary>
public sealed class ClusterContractTests : StoreContract
{
    private TestCluster? cluster;

    protected override SecretAddress Address => cluster!.Address("contract");

    protected override async Task<ISecretStore> ConnectAsync()
    {
        cluster = await TestCluster.ConnectAsync();
        return cluster.Store;
    }

    protected override async ValueTask CleanAsync()
    {
        if (cluster is not null)
        {
            // The contract disposes of the store before it has this done.
            await using var fresh = await TestCluster.ConnectAsync(0);
            await fresh.DropAsync(cluster.Namespaces);
        }
    }
}
