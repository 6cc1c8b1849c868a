using System.Globalization;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Discovery;

/// <summary>A workload with the places through which it gets a secret.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Uses">The places, each with who brought the value there.</param>
internal sealed record FoundWorkload(Workload Workload, IReadOnlyList<(SecretUse Use, string? Through)> Uses)
{
    /// <summary>The scope of the consumers of a namespace: cluster and namespace, for names are the same in several clusters.</summary>
    public static string ScopeOf(Cluster cluster, string nameSpace) => $"{cluster.Name}/{nameSpace}";

    /// <summary>As a consumer of a secret.</summary>
    public Consumer ToConsumer(Cluster cluster, SecretAddress address)
    {
        var isNextRun = Workload.Kind is "CronJob" or "Job";
        return new Consumer(
            Workload.Kind,
            Workload.Name,
            ScopeOf(cluster, Workload.Namespace),
            address,
            [.. Uses.Select(found => found.Use.ToReference(found.Through)).Select(reference => isNextRun ? reference with { Uptake = Uptake.NextRun } : reference).Distinct()])
        {
            Replicas = Workload.Replicas,
            Obstacle = Obstacle(),
            Cautions = [.. Cautions()],
        };
    }

    private Failure? Obstacle()
    {
        var target = $"{Workload.Kind} {Workload.Namespace}/{Workload.Name}";
        return Workload switch
        {
            { IsPaused: true, Kind: "Deployment" or "Rollout" } => new Failure(FailureCode.ConsumerBusy, target, $"{target} is paused: a restart would not be carried out.")
            {
                Remedy = $"Let it go on with `kubectl rollout resume {Workload.Kind.ToLowerInvariant()}/{Workload.Name} -n {Workload.Namespace}`.",
            },
            { Kind: "Pod" } when Uses.Any(static found => found.Use.Uptake == Uptake.Restart) => new Failure(
                FailureCode.NotSupported, target, $"{target} belongs to no controller: nobody would start it again, and {Fixed()} never changes while it runs.")
            {
                Remedy = $"Let the plan leave it out, Consumers = @{{ Exclude = '{Workload.Name}' }}, and delete and create it anew once the new value is written: until then it keeps the old one. A Deployment would be restarted.",
            },
            _ => null,
        };
    }

    private string Fixed()
    {
        var use = Uses.First(static found => found.Use.Uptake == Uptake.Restart).Use;
        return $"its {use.Kind} {use.Location}";
    }

    private IEnumerable<string> Cautions()
    {
        var target = $"{Workload.Kind} {Workload.Namespace}/{Workload.Name}";
        if (Workload.Replicas is null or 0)
        {
            yield break;
        }

        if (Workload.Strategy == "Recreate")
        {
            yield return $"{target} is away while it is restarted: its strategy is Recreate.";
        }
        else if (Workload.Kind is "Deployment" or "StatefulSet" && Workload.MaxUnavailable >= Workload.Replicas)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{target} is away while it is restarted: of its {Workload.Replicas} replicas {Workload.MaxUnavailable} may be missing at a time.");
        }

        if (Workload.Partition > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{target} holds {Workload.Partition} replicas back by its partition: those are deleted one by one.");
        }
        else if (Workload.Strategy == "OnDelete")
        {
            yield return $"{target} replaces pods only when they are deleted: they are, one by one, as far as disruption budgets let them.";
        }
    }
}
