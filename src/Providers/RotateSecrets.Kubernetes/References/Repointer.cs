using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.References;

/// <summary>Points a workload's references to another Secret or key: what <c>kubectl set env --from</c> does by hand, typed, and never with a value.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class Repointer(Cluster cluster)
{
    private static readonly ResourceKind[] Kinds =
        [ResourceKind.Deployment, ResourceKind.StatefulSet, ResourceKind.DaemonSet, ResourceKind.ReplicaSet, ResourceKind.Rollout, ResourceKind.CronJob, ResourceKind.Ingress];

    /// <summary>Works out the change, and makes it.</summary>
    public async Task<Outcome<Repointing>> RunAsync(Consumer consumer, RepointRequest request, bool isPreview, CancellationToken cancellation)
    {
        var nameSpace = WorkloadControl.NamespaceOf(cluster, consumer);
        if (Refusal(consumer, request) is { } refusal)
        {
            return refusal;
        }

        if (SecretPlace.Of(request.From, nameSpace).Failed(out var failure, out var from) || SecretPlace.Of(request.To, nameSpace).Failed(out failure, out var to))
        {
            return failure;
        }

        if (to.Namespace != nameSpace)
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"{consumer} is in the namespace {nameSpace}, and can only refer to Secrets there; {request.To} is in {to.Namespace}.");
        }

        if (KindOf(cluster, consumer) is not { } kind)
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"The cluster has no {consumer.Kind} any more.");
        }

        if ((await IsTwinAsync(request, from, to, cancellation)).Failed(out failure, out var twin)
            || (await cluster.Client.SendAsync(ApiCall.Get(kind, nameSpace, consumer.Name), cancellation)).Failed(out failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            var edits = new ReferenceEdits(from, to, twin.Is);
            var found = edits.In(consumer.Kind, reply.Json);
            if (edits.Obstacle is { } obstacle)
            {
                return new Failure(FailureCode.NotSupported, consumer.Id, $"{consumer} can't be pointed to {request.To}: {obstacle}.") { Remedy = "Point it to a Secret that has the value under the same key." };
            }

            var changes = found.SelectMany(static one => (IEnumerable<(string, string)>)[(one.Where, $"-{one.Field}: {one.Old}"), (one.Where, $"+{one.Field}: {one.New}")]).ToList();
            return await new TemplateEdit(cluster, kind, consumer, nameSpace).ApplyAsync(
                reply.Json,
                changes,
                json =>
                {
                    foreach (var one in found)
                    {
                        TemplateEdit.Operation(json, "replace", one.Pointer, one.New);
                    }
                },
                $"{request.RunId}~{to.Name}",
                isPreview,
                request.Force,
                cancellation);
        }
    }

    /// <summary>The kind of a consumer whose references can be changed, in the server's version; null where it has none.</summary>
    public static ResourceKind? KindOf(Cluster cluster, Consumer consumer) => Kinds.FirstOrDefault(one => one.Kind == consumer.Kind) switch
    {
        null => null,
        { Kind: "CronJob" } => cluster.Kinds.CronJob,
        var liked => cluster.Kinds.Find(liked),
    };

    private Failure? Refusal(Consumer consumer, RepointRequest request)
    {
        if (!request.From.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase) || !request.To.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase))
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"{consumer} can be pointed from one Secret of {cluster.Name} to another, not from {request.From} to {request.To}.")
            {
                Remedy = "What External Secrets or an agent brings is changed where that says from where it brings it.",
            };
        }

        return Kinds.Any(one => one.Kind == consumer.Kind)
            ? null
            : new Failure(FailureCode.NotSupported, consumer.Id, $"The references of a {consumer.Kind} can't be changed once it was made.") { Remedy = "Make it anew, or leave it out of the plan with Exclude." };
    }

    // What a Secret was made beside another for has all of its keys. A reference to a Secret or key that isn't there would keep new pods from starting.
    private async Task<Outcome<Twin>> IsTwinAsync(RepointRequest request, SecretPlace from, SecretPlace to, CancellationToken cancellation)
    {
        var reader = new SecretReader(cluster);
        if ((await reader.FindAsync(request.To, to, cancellation)).Failed(out var failure, out var target))
        {
            return failure;
        }

        using (target)
        {
            if (to.Key is not null && to.KeyIn(target, request.To, mustExist: true).Failed(out failure, out _))
            {
                return failure;
            }

            if (target.SideOf == from.Name)
            {
                return new Twin(true);
            }
        }

        if ((await reader.FindAsync(request.From, from, cancellation)).Failed(out failure, out var source))
        {
            return failure.Code == FailureCode.SecretNotFound ? new Twin(false) : failure;
        }

        using (source)
        {
            return new Twin(source.SideOf == to.Name);
        }
    }

    private sealed record Twin(bool Is);
}
