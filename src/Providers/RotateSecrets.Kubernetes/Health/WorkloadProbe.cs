using System.Globalization;
using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Restarting;

namespace RotateSecrets.Kubernetes.Health;

/// <summary>Sees that a workload's roll-out is complete, that its pods are ready, and that none of them keeps being restarted.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="consumer">The workload.</param>
internal sealed class WorkloadProbe(Cluster cluster, Consumer consumer) : IHealthProbe
{
    private static readonly TimeSpan Observation = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Name => "Workload";

    /// <inheritdoc/>
    public string Target => $"{consumer.Kind} {WorkloadControl.NamespaceOf(cluster, consumer)}/{consumer.Name}";

    /// <inheritdoc/>
    public async Task<ProbeVerdict> CheckAsync(CancellationToken cancellation)
    {
        if (consumer.Kind is "CronJob" or "Job" or "Ingress")
        {
            return new ProbeVerdict(true, "it has no pods that serve");
        }

        var before = await LookAsync(cancellation);
        if (before.Verdict is { Passed: false } ill)
        {
            return ill;
        }

        await Task.Delay(Observation, cluster.Time, cancellation);
        var after = await LookAsync(cancellation);
        if (after.Verdict is { Passed: false })
        {
            return after.Verdict.Value;
        }

        var rising = after.Pods.FirstOrDefault(pod => before.Pods.FirstOrDefault(one => one.Uid == pod.Uid) is { } earlier && pod.Restarts > earlier.Restarts);
        return rising is null
            ? new ProbeVerdict(true, string.Create(CultureInfo.InvariantCulture, $"{after.Pods.Count} pods are ready, {after.Pods.Sum(static pod => pod.Restarts)} restarts and none more"))
            : new ProbeVerdict(false, string.Create(CultureInfo.InvariantCulture, $"pod {rising.Name} is being restarted: {rising.Restarts} times by now"));
    }

    private async Task<(ProbeVerdict? Verdict, IReadOnlyList<PodView> Pods)> LookAsync(CancellationToken cancellation)
    {
        var nameSpace = WorkloadControl.NamespaceOf(cluster, consumer);
        var kinds = (ResourceKind[])[ResourceKind.Deployment, ResourceKind.StatefulSet, ResourceKind.DaemonSet, ResourceKind.ReplicaSet, ResourceKind.Rollout, ResourceKind.Pod];
        if (kinds.FirstOrDefault(one => one.Kind == consumer.Kind) is not { } liked || (liked.Group.Length == 0 ? liked : cluster.Kinds.Find(liked)) is not { } kind)
        {
            return (new ProbeVerdict(false, $"nothing is known of the kind {consumer.Kind}"), []);
        }

        if ((await cluster.Client.SendAsync(ApiCall.Get(kind, nameSpace, consumer.Name), cancellation)).Failed(out var failure, out var reply))
        {
            return (new ProbeVerdict(false, failure.Message), []);
        }

        using (reply)
        {
            var workload = Workload.Of(kind.Kind, reply.Json);
            var pods = new List<PodView>();
            await foreach (var found in PagedList.ReadAsync(cluster.Client, ResourceKind.Pod, nameSpace, null, PodView.Of, null, cancellation))
            {
                if (found.Failed(out failure, out var pod))
                {
                    return (new ProbeVerdict(false, failure.Message), []);
                }

                if (pod.Key == workload.Key && pod is { IsTerminating: false, IsFinished: false })
                {
                    pods.Add(pod);
                }
            }

            return (Judge(workload, pods), pods);
        }
    }

    private static ProbeVerdict? Judge(Workload workload, List<PodView> pods)
    {
        var desired = workload.Replicas ?? pods.Count;
        var ready = pods.Count(static pod => pod.IsReady);
        return workload switch
        {
            { ReplicaFailure: { } refused } => new ProbeVerdict(false, $"its controller can't make a pod: {refused}"),
            _ when workload.ObservedGeneration < workload.Generation && workload.Kind != "Pod" => new ProbeVerdict(false, "its controller hasn't taken note of its last change"),
            _ when pods.Find(static pod => pod.Fault is not null) is { } pod => new ProbeVerdict(false, $"pod {pod.Name}: {pod.Fault!.Reason}"),
            _ when ready < desired => new ProbeVerdict(false, string.Create(CultureInfo.InvariantCulture, $"{ready} of {desired} pods are ready")),
            { Kind: "Deployment" or "DaemonSet" } or { Kind: "StatefulSet", Partition: 0, Strategy: "RollingUpdate" } when workload.UpdatedReplicas < desired =>
                new ProbeVerdict(false, string.Create(CultureInfo.InvariantCulture, $"{workload.UpdatedReplicas} of {desired} pods are of the last revision")),
            _ => null,
        };
    }
}
