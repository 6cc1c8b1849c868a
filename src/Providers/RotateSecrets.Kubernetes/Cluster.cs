using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Connecting;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Kubernetes.Watching;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes;

/// <summary>A connected cluster: what its store, its source of consumers and its control share.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly Func<string, StoreDescription?> storeOf;

    public Cluster(
        string name, ClusterClient client, ApiCatalog kinds, ClusterSettings settings, string defaultNamespace, Func<string, StoreDescription?> storeOf, TimeProvider time)
    {
        this.storeOf = storeOf;
        Name = name;
        Client = client;
        Kinds = kinds;
        Settings = settings;
        DefaultNamespace = defaultNamespace;
        Time = time;
        Gate = new RestartGate(settings.RestartLimit, settings.NamespaceRestartLimit);
        Watches = new WatchHub(client, time);
    }

    public string Name { get; }

    public ClusterClient Client { get; }

    public ApiCatalog Kinds { get; }

    public ClusterSettings Settings { get; }

    /// <summary>The context's own namespace.</summary>
    public string DefaultNamespace { get; }

    public TimeProvider Time { get; }

    /// <summary>Keeps the number of restarts in flight down.</summary>
    public RestartGate Gate { get; }

    /// <summary>The watches that all restarts share.</summary>
    public WatchHub Watches { get; }

    /// <summary>What was written in this process, and what it replaced.</summary>
    public RecentWrites Writes { get; } = new();

    /// <summary>What a connected store is, by its name; null where none is connected under it.</summary>
    public StoreDescription? StoreOf(string name) => storeOf(name);

    public async ValueTask DisposeAsync()
    {
        await Watches.DisposeAsync();
        Writes.Dispose();
        Gate.Dispose();
        Client.Dispose();
    }
}
