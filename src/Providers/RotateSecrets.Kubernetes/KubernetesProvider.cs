using RotateSecrets.Kubernetes;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Connecting;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;

[assembly: Provider(typeof(KubernetesProvider))]

namespace RotateSecrets.Kubernetes;

/// <summary>
/// A Kubernetes cluster. Its location is a kubeconfig (default: the files of KUBECONFIG, then ~/.kube/config, then a pod's own service account); its settings are <c>Context</c>,
/// <c>Namespace</c>, <c>LabelSelector</c>, <c>RestartLimit</c> (10), <c>NamespaceRestartLimit</c> (as RestartLimit) and <c>Force</c> (false).
/// </summary>
public sealed class KubernetesProvider : IProvider
{
    /// <inheritdoc/>
    public async Task<Outcome<Connection>> ConnectAsync(ConnectionRequest request, CancellationToken cancellation) =>
        (await OpenAsync(request, cancellation)).Map(static cluster => new Connection(new SecretStore(cluster))
        {
            Sources = [new ClusterConsumerSource(cluster)],
            Controls = [new WorkloadControl(cluster)],
        });

    internal static async Task<Outcome<Cluster>> OpenAsync(ConnectionRequest request, CancellationToken cancellation)
    {
        if (ClusterSettings.Read(request).Failed(out var failure, out var settings)
            || (await KubeConfig.ReadAsync(request.Name, request.Location, settings.Context)).Failed(out failure, out var configuration))
        {
            return failure;
        }

        var client = new ClusterClient(configuration, request.Name, request.Time);
        var catalog = await ApiCatalog.LoadAsync(client, cancellation);
        if (catalog.Failed(out failure, out var kinds))
        {
            client.Dispose();
            return failure;
        }

        return new Cluster(request.Name, client, kinds, settings, configuration.Namespace ?? "default", request.StoreOf, request.Time);
    }
}
