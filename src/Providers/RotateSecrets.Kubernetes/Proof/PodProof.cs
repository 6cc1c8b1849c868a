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
        return new Convergence(consumer, version.Id, [.. pods.Select(pod => StateOf(pod, consumer, held)).OfType<InstanceState>()]);
    }

    private static InstanceState? StateOf(PodView pod, Consumer consumer, IReadOnlyList<HeldValue> held)
    {
        var states = held.Select(value => (Value: value, Uses: Uses(pod, consumer, value))).Where(static pair => pair.Uses.Count > 0).Select(pair => StateOf(pod, pair.Value, pair.Uses)).ToList();
        if (states.Count > 0)
        {
            // The worst of what it takes from several places.
            return states.Find(static state => state.Holding == Holding.Unknown) ?? states.Find(static state => state.Holding == Holding.Lacks) ?? states[0];
        }

        return new InstanceState(pod.Name, Holding.Lacks, pod.CreatedAt, "doesn't refer to it: it is of another revision");
    }

    // What reaches a pod through its service account stands only in its workload's references.
    private static IReadOnlyList<SecretUse> Uses(PodView pod, Consumer consumer, HeldValue value)
    {
        var own = pod.Uses.Where(value.Fits).ToList();
        return own.Count > 0 || !consumer.References.All(static reference => reference.Kind is "ServiceAccount" or "CsiVolume")
            ? own
            : [new SecretUse(UseSource.Secret, value.Where, null, "ServiceAccount", string.Empty, Uptake.Restart)];
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
