using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Tells beforehand which workloads a restart has to evict pods of, and which budgets would never let them.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class Evictions(Cluster cluster)
{
    private static readonly ResourceKind[] Possible = [ResourceKind.StatefulSet, ResourceKind.DaemonSet, ResourceKind.ReplicaSet];

    /// <summary>Whether pods of such a kind may have to be evicted: by its strategy.</summary>
    public static bool MayBeOf(ResourceKind kind) => Possible.Contains(kind);

    /// <summary>Whether pods of one of the consumers have to be.</summary>
    public async Task<Outcome<bool>> AreNeededAsync(IEnumerable<Consumer> consumers, CancellationToken cancellation)
    {
        foreach (var consumer in consumers)
        {
            if (KindOf(consumer) is not { } kind)
            {
                continue;
            }

            if ((await cluster.Client.SendAsync(ApiCall.Get(kind, WorkloadControl.NamespaceOf(cluster, consumer), consumer.Name), cancellation)).Failed(out var failure, out var reply))
            {
                return failure;
            }

            using (reply)
            {
                if (Workload.Of(kind.Kind, reply.Json).LeavesOldPods)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Looks at the budgets of the consumers' namespaces, and at their pods only where a budget lets none go.</summary>
    /// <returns>What stands in the way; null where nothing does, or the budgets can't be seen.</returns>
    public async Task<Failure?> BlockedAsync(IReadOnlyList<Consumer> consumers, CancellationToken cancellation)
    {
        var blocked = new List<string>();
        var remedies = new List<string>();
        foreach (var inside in consumers.Where(consumer => KindOf(consumer) is not null).GroupBy(consumer => WorkloadControl.NamespaceOf(cluster, consumer), StringComparer.Ordinal))
        {
            await foreach (var found in PagedList.ReadAsync(cluster.Client, cluster.Kinds.DisruptionBudget, inside.Key, null, DisruptionBudget.Of, null, cancellation))
            {
                if (found.Failed(out var failure, out var budget))
                {
                    // Who may not see budgets meets them at the first eviction.
                    if (failure.Code is FailureCode.AccessDenied or FailureCode.NotSupported)
                    {
                        break;
                    }

                    return failure;
                }

                if (budget.Lasting is null)
                {
                    continue;
                }

                if ((await CoveredAsync(budget, inside.Key, inside, cancellation)).Failed(out failure, out var covered))
                {
                    return failure;
                }

                if (covered.Count > 0)
                {
                    blocked.Add($"Pods of {string.Join(" and ", covered)} in {inside.Key} have to be evicted, and {budget.Lasting}.");
                    remedies.Add($"{DisruptionBudget.Remedy(budget.Name, inside.Key)}.");
                }
            }
        }

        return blocked.Count == 0 ? null : new Failure(FailureCode.LimitReached, cluster.Name, string.Join(' ', blocked)) { Remedy = string.Join(' ', remedies) };
    }

    private ResourceKind? KindOf(Consumer consumer) => WorkloadControl.KindOf(cluster, consumer) is { } kind && MayBeOf(kind) ? kind : null;

    private async Task<Outcome<List<Consumer>>> CoveredAsync(DisruptionBudget budget, string nameSpace, IEnumerable<Consumer> consumers, CancellationToken cancellation)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var found in PagedList.ReadAsync(cluster.Client, ResourceKind.Pod, nameSpace, budget.Pods.Length == 0 ? null : budget.Pods, PodView.Of, null, cancellation))
        {
            if (found.Failed(out var failure, out var pod))
            {
                return failure;
            }

            keys.Add(pod.Key);
        }

        var covered = new List<Consumer>();
        foreach (var consumer in consumers.Where(consumer => keys.Contains($"{consumer.Kind}/{consumer.Name}")))
        {
            if ((await AreNeededAsync([consumer], cancellation)).Failed(out var failure, out var areNeeded))
            {
                return failure;
            }

            if (areNeeded)
            {
                covered.Add(consumer);
            }
        }

        return covered;
    }
}
