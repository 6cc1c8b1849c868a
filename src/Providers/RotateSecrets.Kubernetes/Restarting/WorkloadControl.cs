using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Kubernetes.Access;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Health;
using RotateSecrets.Kubernetes.Proof;
using RotateSecrets.Kubernetes.References;
using RotateSecrets.Kubernetes.Upstreams;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Acts on the workloads of a cluster.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class WorkloadControl(Cluster cluster) : IConsumerControl, IConsumerAccess, IConsumerRepointer, IConsumerVariables, IConsumerHealth
{
    private static readonly ResourceKind[] Restartable =
        [ResourceKind.Deployment, ResourceKind.StatefulSet, ResourceKind.DaemonSet, ResourceKind.ReplicaSet, ResourceKind.Rollout];

    private readonly Upstream upstream = new(cluster);
    private readonly PodProof proof = new(cluster);

    /// <inheritdoc/>
    public bool Controls(Consumer consumer) => consumer.Scope.StartsWith($"{cluster.Name}/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop)
    {
        var nameSpace = NamespaceOf(cluster, consumer);
        if (consumer.Obstacle is { } obstacle && consumer.Kind == ResourceKind.Pod.Kind)
        {
            yield return obstacle;
            yield break;
        }

        if (await upstream.BringAsync(consumer, request.RunId, request.Time, stop.Now) is { } unbrought)
        {
            yield return unbrought;
            yield break;
        }

        // Whatever has no pods to replace: a run of a CronJob is never started early, a Job's pods end by themselves, and an ingress controller watches.
        if (KindOf(cluster, consumer) is not { } kind)
        {
            yield break;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop.Now, stop.AtSafePoint);
        IDisposable? turn = null;
        try
        {
            turn = await cluster.Gate.EnterAsync(nameSpace, waiting.Token);
            await cluster.Writes.SettleAsync(cluster.Time, waiting.Token);
            if (consumer.Version is { } version && !version.Address.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase))
            {
                await cluster.Client.Clock.PassAsync(HeldValue.SinceOutside(cluster, version), waiting.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.Now.IsCancellationRequested)
        {
            // Nothing was begun.
        }

        using (turn)
        {
            if (stop.AtSafePoint.IsCancellationRequested)
            {
                yield return new Failure(FailureCode.Stopped, consumer.Id, $"{consumer} was not begun.");
                yield break;
            }

            await foreach (var happened in new WorkloadRestart(cluster, kind, consumer, nameSpace, request).RunAsync(stop))
            {
                yield return happened;
            }
        }
    }

    /// <inheritdoc/>
    public Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation) => proof.OfAsync(consumer, version, cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<IReadOnlyList<string>>> CheckAccessAsync(IReadOnlyList<Consumer> consumers, SecretAddress? side, CancellationToken cancellation)
    {
        var permitted = await new WorkloadPermissions(cluster).CheckAsync(consumers, side, cancellation);
        return permitted.Failed(out _, out _) || await new Evictions(cluster).BlockedAsync(consumers, cancellation) is not { } blocked ? permitted : blocked;
    }

    /// <inheritdoc/>
    public Task<Outcome<Repointing>> PreviewAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) =>
        new Repointer(cluster).RunAsync(consumer, request, isPreview: true, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Repointing>> RepointAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) =>
        new Repointer(cluster).RunAsync(consumer, request, isPreview: false, cancellation);

    /// <inheritdoc/>
    public Outcome<Consumer>? Named(string kind, string name, SecretAddress to) => new VariableSetter(cluster).Named(kind, name, to);

    /// <inheritdoc/>
    public Task<Outcome<Repointing>> PreviewAsync(Consumer consumer, VariableRequest request, CancellationToken cancellation) =>
        new VariableSetter(cluster).RunAsync(consumer, request, isPreview: true, cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Repointing>> SetAsync(Consumer consumer, VariableRequest request, CancellationToken cancellation) =>
        new VariableSetter(cluster).RunAsync(consumer, request, isPreview: false, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<IHealthProbe> ProbesOf(Consumer consumer) => [new WorkloadProbe(cluster, consumer)];

    /// <summary>The kind of a consumer whose pods a restart replaces, in the server's version; null where it has none.</summary>
    public static ResourceKind? KindOf(Cluster cluster, Consumer consumer) =>
        Restartable.FirstOrDefault(one => one.Kind == consumer.Kind) is { } liked ? cluster.Kinds.Find(liked) : null;

    /// <summary>The namespace of a consumer that this cluster found.</summary>
    public static string NamespaceOf(Cluster cluster, Consumer consumer) => consumer.Scope[(cluster.Name.Length + 1)..];
}
