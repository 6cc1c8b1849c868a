using System.Runtime.CompilerServices;
using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Discovery;

/// <summary>
/// Finds every workload that uses a secret: by its template, by its service account, and by what its live pods have beside that. Lists are read page by page, and what doesn't
/// match is dropped at once.
/// </summary>
/// <param name="cluster">The cluster.</param>
internal sealed class ClusterConsumerSource(Cluster cluster) : IConsumerSource
{
    private static readonly ResourceKind[] Templated = [ResourceKind.Deployment, ResourceKind.StatefulSet, ResourceKind.DaemonSet, ResourceKind.Rollout, ResourceKind.ReplicaSet, ResourceKind.CronJob, ResourceKind.Job];

    /// <inheritdoc/>
    public string Name => cluster.Settings.Namespace is { } inside ? $"{cluster.Name} (namespace {inside})" : cluster.Name;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (address is null)
        {
            await foreach (var found in AllAsync(cancellation))
            {
                yield return found;
            }

            yield break;
        }

        if ((await SecretQuery.ForAsync(cluster, address, cancellation)).Failed(out var failure, out var query))
        {
            yield return failure;
            yield break;
        }

        if (query.IsEmpty)
        {
            yield break;
        }

        await foreach (var found in SearchAsync(query, cancellation))
        {
            yield return found.Map(one => one.ToConsumer(cluster, address));
        }
    }

    /// <summary>Finds the workloads that a query is about.</summary>
    public async IAsyncEnumerable<Outcome<FoundWorkload>> SearchAsync(SecretQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var nameSpace = query.Namespace ?? cluster.Settings.Namespace;
        if ((await Surroundings.LoadAsync(cluster, nameSpace, cancellation)).Failed(out var failure, out var around))
        {
            yield return failure;
            yield break;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var liked in Templated)
        {
            await foreach (var found in ReadAsync(liked, nameSpace, item => Match(liked.Kind, item, around, query, owners), cancellation))
            {
                if (found.Succeeded(out var one, out _))
                {
                    known.Add($"{one.Workload.Namespace}/{one.Workload.Key}");
                }

                yield return found;
            }
        }

        await foreach (var found in ReadAsync(ResourceKind.Ingress, nameSpace, item => Tls(item, query), cancellation))
        {
            yield return found;
        }

        // A live pod may have what its template doesn't say, or doesn't say any more: an earlier revision, an ephemeral container.
        await foreach (var found in ReadAsync(ResourceKind.Pod, nameSpace, item => MatchPod(item, query, known, owners), cancellation))
        {
            yield return found;
        }
    }

    private async IAsyncEnumerable<Outcome<Consumer>> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if ((await Surroundings.LoadAsync(cluster, cluster.Settings.Namespace, cancellation)).Failed(out var failure, out var around))
        {
            yield return failure;
            yield break;
        }

        foreach (var liked in Templated.Append(ResourceKind.Pod))
        {
            await foreach (var found in ReadAsync(liked, cluster.Settings.Namespace, item => Everything(liked.Kind, item, around), cancellation))
            {
                if (found.Failed(out var unread, out var one))
                {
                    yield return unread;
                    continue;
                }

                foreach (var uses in one.Uses.Where(static found => found.Use.Source == UseSource.Secret).GroupBy(static found => (found.Use.Name, found.Use.Key)))
                {
                    if (SecretAddress.TryCreate(cluster.Name, $"{one.Workload.Namespace}/{uses.Key.Name}", uses.Key.Key).Succeeded(out var address, out _))
                    {
                        yield return (one with { Uses = [.. uses] }).ToConsumer(cluster, address);
                    }
                }
            }
        }
    }

    private IAsyncEnumerable<Outcome<FoundWorkload>> ReadAsync(ResourceKind liked, string? nameSpace, Func<JsonElement, FoundWorkload?> read, CancellationToken cancellation)
    {
        var kind = liked == ResourceKind.CronJob ? cluster.Kinds.CronJob : liked.Group.Length == 0 ? liked : cluster.Kinds.Find(liked);
        return kind is null ? AsyncEmpty() : PagedList.ReadAsync(cluster.Client, kind, nameSpace, cluster.Settings.LabelSelector, read, null, cancellation);
    }

    private static async IAsyncEnumerable<Outcome<FoundWorkload>> AsyncEmpty()
    {
        await Task.CompletedTask;
        yield break;
    }

    // What a controller made is found by its controller. Jobs are remembered, since their pods don't tell of their CronJob.
    private static FoundWorkload? Match(string kind, JsonElement item, Surroundings around, SecretQuery query, Dictionary<string, string> owners)
    {
        var workload = Workload.Of(kind, item);
        if (workload.OwnerKey is { } owner)
        {
            if (kind == "Job")
            {
                owners[$"{workload.Namespace}/{workload.Key}"] = owner;
            }

            return null;
        }

        if (workload.IsFinished)
        {
            return null;
        }

        var uses = Matching(workload.Namespace, around.UsesOf(workload.Namespace, Workload.Template(kind, item)), query);
        return uses.Count == 0 ? null : new FoundWorkload(workload, uses);
    }

    private static FoundWorkload? Everything(string kind, JsonElement item, Surroundings around)
    {
        var workload = Workload.Of(kind, item);
        return workload.OwnerKey is not null || workload.IsFinished
            ? null
            : new FoundWorkload(workload, [.. around.UsesOf(workload.Namespace, Workload.Template(kind, item)).Select(static use => (use, (string?)null))]);
    }

    private static FoundWorkload? MatchPod(JsonElement item, SecretQuery query, HashSet<string> known, Dictionary<string, string> owners)
    {
        var pod = PodView.Of(item);
        var key = owners.GetValueOrDefault($"{pod.Namespace}/{pod.Key}") ?? pod.Key;
        if (pod.IsFinished || known.Contains($"{pod.Namespace}/{key}"))
        {
            return null;
        }

        var isBare = key == $"Pod/{pod.Name}";
        var uses = Matching(pod.Namespace, isBare ? pod.Uses : pod.Uses.Select(use => use with { Location = $"{use.Location}, pod {pod.Name}" }), query);
        if (uses.Count == 0)
        {
            return null;
        }

        known.Add($"{pod.Namespace}/{key}");
        var parts = key.Split('/', 2);
        return new FoundWorkload(
            isBare ? Workload.Of("Pod", item) : new Workload { Kind = parts[0], Namespace = pod.Namespace, Name = parts[1], Uid = string.Empty, ResourceVersion = string.Empty }, uses);
    }

    private static FoundWorkload? Tls(JsonElement item, SecretQuery query)
    {
        var workload = Workload.Of("Ingress", item);
        var uses = item.Items("spec", "tls").Select(static tls => (Name: tls.Text("secretName"), Hosts: string.Join(", ", tls.Items("hosts").Select(static host => host.GetString()))))
            .Where(static tls => tls.Name is not null)
            .Select(static tls => new SecretUse(UseSource.Secret, tls.Name!, null, "IngressTls", tls.Hosts.Length == 0 ? "all hosts" : tls.Hosts, Uptake.Reload));
        var matching = Matching(workload.Namespace, uses, query);
        return matching.Count == 0 ? null : new FoundWorkload(workload, matching);
    }

    private static List<(SecretUse Use, string? Through)> Matching(string nameSpace, IEnumerable<SecretUse> uses, SecretQuery query)
    {
        var matching = new List<(SecretUse, string?)>();
        foreach (var use in uses)
        {
            if (query.Matches(nameSpace, use, out var through))
            {
                matching.Add((use, through));
            }
        }

        return matching;
    }
}
