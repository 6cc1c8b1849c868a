using System.Collections.Concurrent;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Proof;

/// <summary>The pods of namespaces as the server has them, listed afresh for each round of proofs and shared by all workloads of a round.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class PodSnapshots(Cluster cluster)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, (long At, Task<Outcome<PodSnapshot>> Pods)> rounds = new(StringComparer.Ordinal);
    private readonly object gate = new();

    /// <summary>Lists the pods of a namespace, unless that was begun within the last half second, and since the last write: a pod that came before the write must not be missed.</summary>
    public Task<Outcome<PodSnapshot>> OfAsync(string nameSpace, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (rounds.TryGetValue(nameSpace, out var round) && cluster.Time.GetElapsedTime(round.At) < Freshness && !(round.At <= cluster.Writes.Last) && !round.Pods.IsFaulted)
            {
                return round.Pods.WaitAsync(cancellation);
            }

            var fresh = ListAsync(nameSpace);
            rounds[nameSpace] = (cluster.Time.GetTimestamp(), fresh);
            return fresh.WaitAsync(cancellation);
        }
    }

    private async Task<Outcome<PodSnapshot>> ListAsync(string nameSpace)
    {
        // Not cancelled with one of those who wait for it: the others need it.
        var pods = new List<PodView>();
        await foreach (var found in PagedList.ReadAsync(cluster.Client, ResourceKind.Pod, nameSpace, null, PodView.Of, null, CancellationToken.None))
        {
            if (found.Failed(out var failure, out var pod))
            {
                return failure;
            }

            pods.Add(pod);
        }

        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        if (pods.Exists(static pod => pod.Key.StartsWith("Job/", StringComparison.Ordinal)))
        {
            await foreach (var found in PagedList.ReadAsync(cluster.Client, ResourceKind.Job, nameSpace, null, static item => Workload.Of("Job", item), null, CancellationToken.None))
            {
                if (found.Failed(out var failure, out var job))
                {
                    return failure;
                }

                if (job.OwnerKey is { } owner)
                {
                    owners[job.Key] = owner;
                }
            }
        }

        return new PodSnapshot(pods.ToLookup(pod => owners.GetValueOrDefault(pod.Key) ?? pod.Key, StringComparer.Ordinal));
    }
}

/// <summary>The pods of a namespace.</summary>
/// <param name="Pods">The pods, by the workload that they belong to.</param>
internal sealed record PodSnapshot(ILookup<string, PodView> Pods);
