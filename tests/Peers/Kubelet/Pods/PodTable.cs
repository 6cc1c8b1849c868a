using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using RotateSecrets.Peers.Kubelet.Cluster;

namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>The pods of the cluster, each with the one who runs it.</summary>
internal sealed class PodTable
{
    private readonly ConcurrentDictionary<string, PodWorker> workers = new(StringComparer.Ordinal);

    /// <summary>Who runs a pod; null where there is no such pod.</summary>
    public PodWorker? Find(string scope, string name) =>
        workers.Values.FirstOrDefault(worker => worker.Pod.Name() == name && worker.Pod.Namespace() == scope);

    public Task WatchAsync(House house, CancellationToken cancellation)
    {
        house.Secrets.Changed = (scope, name) =>
        {
            foreach (var worker in workers.Values)
            {
                worker.NoteSecret(scope, name);
            }
        };
        var core = house.Calls.Api.CoreV1;
        return new ObjectWatch<V1Pod>(
            house.Calls,
            async token => await core.ListPodForAllNamespacesAsync(cancellationToken: token),
            (version, failed, token) => core.WatchListPodForAllNamespacesAsync(resourceVersion: version, onError: failed, cancellationToken: token),
            (pod, isGone) => See(house, pod, isGone, cancellation)).RunAsync(cancellation);
    }

    private void See(House house, V1Pod pod, bool isGone, CancellationToken cancellation)
    {
        if (isGone)
        {
            if (workers.TryRemove(pod.Uid(), out var ended))
            {
                ended.End();
            }
        }
        else if (workers.TryGetValue(pod.Uid(), out var worker))
        {
            worker.Update(pod);
        }
        else
        {
            var taken = new PodWorker(house, pod);
            workers[pod.Uid()] = taken;
            _ = Task.Run(
                async () =>
                {
                    using (taken)
                    {
                        await taken.RunAsync(cancellation);
                    }
                },
                cancellation);
        }
    }
}
