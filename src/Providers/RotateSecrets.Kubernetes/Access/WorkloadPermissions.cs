using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.References;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Kubernetes.Upstreams;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Access;

/// <summary>What has to be permitted for workloads to be restarted and pointed elsewhere, and back.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class WorkloadPermissions(Cluster cluster)
{
    private readonly PermissionCheck check = new(cluster);
    private readonly Evictions evictions = new(cluster);

    /// <summary>Sees whether everything is permitted.</summary>
    /// <returns>What is worth knowing; or what isn't permitted, with the Roles that would permit it.</returns>
    public async Task<Outcome<IReadOnlyList<string>>> CheckAsync(IReadOnlyList<Consumer> consumers, SecretAddress? side, CancellationToken cancellation)
    {
        if ((await UpstreamAsync(consumers, cancellation)).Failed(out var failure, out var upstream))
        {
            return failure;
        }

        var own = side is not null && side.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase);
        var needed = consumers.SelectMany(consumer => Restarting(consumer).Concat(own ? Repointing(consumer) : [])).Concat(own ? Beside(side!) : []).Concat(upstream).ToList();
        var useful = consumers.Where(consumer => WorkloadControl.KindOf(cluster, consumer) is not null).SelectMany(Telling).ToList();
        if ((await check.MissingAsync(needed.Concat(useful), cancellation)).Failed(out failure, out var missing)
            || (await WithoutIdleEvictionsAsync(missing.Intersect(needed), consumers, cancellation)).Failed(out failure, out var denied))
        {
            return failure;
        }

        if (denied.Count > 0)
        {
            return new Failure(FailureCode.AccessDenied, cluster.Name, $"{MissingRole.Say(denied)}. {MissingRole.Allow(denied)}");
        }

        var unseen = missing.Intersect(useful).ToList();
        return Outcome.Of<IReadOnlyList<string>>(unseen.Count == 0 ? [] : [$"{MissingRole.Say(unseen)}: a restart that fails is told of later, and with less to go by."]);
    }

    private IEnumerable<Permission> Restarting(Consumer consumer)
    {
        var nameSpace = WorkloadControl.NamespaceOf(cluster, consumer);
        if (WorkloadControl.KindOf(cluster, consumer) is not { } kind)
        {
            yield break;
        }

        yield return Permission.One("patch", kind, nameSpace, consumer.Name);
        foreach (var verb in (string[])["list", "watch"])
        {
            yield return Permission.Any(verb, kind, nameSpace);
            yield return Permission.Any(verb, ResourceKind.Pod, nameSpace);
        }

        // On the way back: a pod that would never become ready keeps a StatefulSet from replacing it.
        if (kind == ResourceKind.StatefulSet)
        {
            yield return Permission.Any("delete", ResourceKind.Pod, nameSpace);
        }

        if (Evictions.MayBeOf(kind))
        {
            yield return Eviction(nameSpace);
        }
    }

    private IEnumerable<Permission> Repointing(Consumer consumer)
    {
        var nameSpace = WorkloadControl.NamespaceOf(cluster, consumer);
        return Repointer.KindOf(cluster, consumer) is { } kind
            ? [Permission.One("get", kind, nameSpace, consumer.Name), Permission.One("patch", kind, nameSpace, consumer.Name)]
            : [];
    }

    private IEnumerable<Permission> Telling(Consumer consumer)
    {
        var nameSpace = WorkloadControl.NamespaceOf(cluster, consumer);
        return [Permission.Any("list", ResourceKind.Event, nameSpace), Permission.Any("watch", ResourceKind.Event, nameSpace), Permission.Any("get", ResourceKind.Pod, nameSpace, "log")];
    }

    // The Secret that is made beside the first one, and taken away in the end; its name is known only then.
    private static IEnumerable<Permission> Beside(SecretAddress side)
    {
        var nameSpace = side.Path.Split('/')[0];
        return ((string[])["create", "get", "patch", "delete"]).Select(verb => Permission.Any(verb, ResourceKind.Secret, nameSpace));
    }

    // What operators bring is asked for again before a restart, or waited for, and looked at.
    private async Task<Outcome<IReadOnlyList<Permission>>> UpstreamAsync(IReadOnlyList<Consumer> consumers, CancellationToken cancellation)
    {
        var needed = new List<Permission>();
        foreach (var address in consumers.Where(static consumer => Upstream.Brings(consumer) || Upstream.Syncs(consumer)).Select(static consumer => consumer.Address).Distinct())
        {
            if (cluster.StoreOf(address.Store) is not { } store)
            {
                continue;
            }

            if ((await ExternalSecrets.FindAsync(cluster, address, store, cancellation)).Failed(out var failure, out var bringing)
                || (await VaultSyncs.TargetsAsync(cluster, address, store, cancellation)).Failed(out failure, out var synced))
            {
                return failure;
            }

            var kind = cluster.Kinds.Find(ResourceKind.ExternalSecret) ?? ResourceKind.ExternalSecret;
            needed.AddRange(bringing.SelectMany(one => (Permission[])
                [Permission.One("get", kind, one.Namespace, one.Name), Permission.One("patch", kind, one.Namespace, one.Name), Permission.One("get", ResourceKind.Secret, one.Namespace, one.Secret)]));
            needed.AddRange(synced.Select(static one => Permission.One("get", ResourceKind.Secret, one.Namespace, one.Name)));
        }

        return needed;
    }

    // Only what is asked to evict pods needs to be permitted to: a workload is looked at for that where it isn't.
    private async Task<Outcome<IReadOnlyList<Permission>>> WithoutIdleEvictionsAsync(IEnumerable<Permission> missing, IReadOnlyList<Consumer> consumers, CancellationToken cancellation)
    {
        var denied = new List<Permission>();
        foreach (var one in missing)
        {
            if (one != Eviction(one.Namespace))
            {
                denied.Add(one);
                continue;
            }

            if ((await evictions.AreNeededAsync(consumers.Where(consumer => WorkloadControl.NamespaceOf(cluster, consumer) == one.Namespace), cancellation)).Failed(out var failure, out var areNeeded))
            {
                return failure;
            }

            if (areNeeded)
            {
                denied.Add(one);
            }
        }

        return denied;
    }

    private static Permission Eviction(string nameSpace) => Permission.Any("create", ResourceKind.Pod, nameSpace, "eviction");
}
