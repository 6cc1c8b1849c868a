using System.Globalization;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Proof;

/// <summary>
/// Tells of every live pod, the ending ones included, whether it has a version: by the time of the write, the pod's own age and the places through which it takes values. Both times are
/// the server's, and have no fractions: a pod of the write's own second counts as older.
/// </summary>
/// <param name="cluster">The cluster.</param>
internal sealed class PodProof(Cluster cluster)
{
    private readonly PodSnapshots snapshots = new(cluster);

    /// <summary>Proves a consumer.</summary>
    public async Task<Outcome<Convergence>> OfAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation)
    {
        var nameSpace = WorkloadControl.NamespaceOf(cluster, consumer);

        // Its controller watches the Secret itself, and has no pods of its own to be looked at.
        if (consumer.Kind == ResourceKind.Ingress.Kind)
        {
            return new Convergence(consumer, version.Id, []);
        }

        // The pods are listed after the value was looked at: one that comes in between is younger, and is told so.
        if ((await HeldValue.OfAsync(cluster, nameSpace, version, cancellation)).Failed(out var failure, out var held)
            || (await snapshots.OfAsync(nameSpace, cancellation)).Failed(out failure, out var snapshot))
        {
            return failure;
        }

        var pods = snapshot.Pods[$"{consumer.Kind}/{consumer.Name}"].Where(static pod => !pod.IsFinished);
        return new Convergence(consumer, version.Id, [.. pods.Select(pod => StateOf(pod, consumer, held))]);
    }

    private static InstanceState StateOf(PodView pod, Consumer consumer, IReadOnlyList<HeldValue> held)
    {
        var uses = held.Select(value => (Value: value, Uses: pod.Uses.Where(value.Fits).ToList())).Where(static pair => pair.Uses.Count > 0).ToList();

        // What reaches a pod through its service account, or a class that syncs a Secret, stands only in its workload's references.
        if (uses.Count == 0 && consumer.References.All(static reference => reference.Kind is "ServiceAccount" or "CsiVolume"))
        {
            uses.AddRange(held.Select(static value => (value, new List<SecretUse> { new(UseSource.Secret, value.Where, null, "ServiceAccount", string.Empty, Uptake.Restart) })));
        }

        // The worst of what it takes from several places.
        var states = uses.ConvertAll(pair => StateOf(pod, pair.Value, pair.Uses));
        return states.Find(static state => state.Holding == Holding.Unknown) ?? states.Find(static state => state.Holding == Holding.Lacks) ?? states.FirstOrDefault()
            ?? new InstanceState(pod.Name, Holding.Lacks, pod.CreatedAt, "doesn't refer to it: it is of another revision");
    }

    private static InstanceState StateOf(PodView pod, HeldValue value, IReadOnlyList<SecretUse> uses)
    {
        var began = string.Create(CultureInfo.InvariantCulture, $"{(pod.IsTerminating ? "ending, " : string.Empty)}made at {pod.CreatedAt:u}");
        var written = string.Create(CultureInfo.InvariantCulture, $"{value.Where} was written at {value.Since:u}");
        if (pod.CreatedAt > value.Since)
        {
            return new InstanceState(pod.Name, value.IsWanted ? Holding.Holds : Holding.Lacks, pod.CreatedAt, $"{began}, after {written}{(value.IsWanted ? string.Empty : ", with another value")}");
        }

        if (uses.FirstOrDefault(static use => use.Uptake == Uptake.Restart) is { } fixedUse)
        {
            return new InstanceState(
                pod.Name, value.IsWanted ? Holding.Lacks : Holding.Unknown, pod.CreatedAt, $"{began}, before {written}, and {fixedUse.Kind} {fixedUse.Location} never changes in a running pod");
        }

        var delay = uses.Max(static use => use.Within);
        return value.Now - value.Since > delay
            ? new InstanceState(pod.Name, value.IsWanted ? Holding.Holds : Holding.Lacks, pod.CreatedAt, $"{began}; {written}, longer ago than files take to follow")
            : new InstanceState(
                pod.Name, Holding.Unknown, pod.CreatedAt, string.Create(CultureInfo.InvariantCulture, $"{began}, before {written}; its files follow within {delay.TotalSeconds:0} s"));
    }
}
