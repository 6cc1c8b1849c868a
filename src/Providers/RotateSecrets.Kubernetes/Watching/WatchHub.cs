using System.Collections.Concurrent;
using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;

namespace RotateSecrets.Kubernetes.Watching;

/// <summary>One watch for each kind and namespace, however many restarts look at it.</summary>
/// <param name="client">Speaks with the server.</param>
/// <param name="time">The clock.</param>
internal sealed class WatchHub(ClusterClient client, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(ResourceKind Kind, string Namespace), SharedWatch<Workload>> workloads = new();
    private readonly ConcurrentDictionary<string, SharedWatch<PodView>> pods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SharedWatch<Warning>> warnings = new(StringComparer.Ordinal);

    /// <summary>The workloads of a kind in a namespace.</summary>
    public SharedWatch<Workload> Workloads(ResourceKind kind, string nameSpace) =>
        workloads.GetOrAdd((kind, nameSpace), static (place, hub) => hub.Watch(place.Kind, place.Namespace, string.Empty, item => Workload.Of(place.Kind.Kind, item)), this);

    /// <summary>The pods of a namespace, by the workload that they belong to.</summary>
    public SharedWatch<PodView> Pods(string nameSpace) =>
        pods.GetOrAdd(nameSpace, static (place, hub) => hub.Watch(ResourceKind.Pod, place, string.Empty, PodView.Of), this);

    /// <summary>The warnings of a namespace, by what they are about.</summary>
    public SharedWatch<Warning> Warnings(string nameSpace) =>
        warnings.GetOrAdd(nameSpace, static (place, hub) => hub.Watch(ResourceKind.Event, place, "&fieldSelector=type%21%3DNormal", Warning.Of), this);

    public async ValueTask DisposeAsync()
    {
        foreach (var watch in workloads.Values)
        {
            await watch.DisposeAsync();
        }

        foreach (var watch in pods.Values)
        {
            await watch.DisposeAsync();
        }

        foreach (var watch in warnings.Values)
        {
            await watch.DisposeAsync();
        }
    }

    private SharedWatch<T> Watch<T>(ResourceKind kind, string nameSpace, string selector, Func<JsonElement, T> read)
        where T : class, IWatched => new(client, kind, nameSpace, selector, read, time);
}

/// <summary>An event that is a warning.</summary>
/// <param name="Uid">The event's own name.</param>
/// <param name="Key">The kind and name of what it is about.</param>
/// <param name="Reason">FailedCreate, FailedScheduling, BackOff ...</param>
/// <param name="Message">What the system said.</param>
/// <param name="LastSeen">When it happened last, by the reporter's clock.</param>
internal sealed record Warning(string Uid, string Key, string Reason, string Message, DateTimeOffset LastSeen) : IWatched
{
    /// <summary>Reads an event.</summary>
    public static Warning Of(JsonElement item) => new(
        item.Text("metadata", "uid") ?? string.Empty,
        $"{item.Text("involvedObject", "kind")}/{item.Text("involvedObject", "name")}",
        item.Text("reason") ?? string.Empty,
        item.Text("message") ?? string.Empty,
        item.Moment("lastTimestamp") ?? item.Moment("eventTime") ?? item.Moment("metadata", "creationTimestamp") ?? DateTimeOffset.UnixEpoch);
}
