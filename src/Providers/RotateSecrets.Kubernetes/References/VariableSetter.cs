using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Restarting;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.References;

/// <summary>Gives containers a variable that leads to a key of a Secret, and takes it away again: what <c>kubectl set env</c> does, typed, and never with a value.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class VariableSetter(Cluster cluster)
{
    private static readonly ResourceKind[] Kinds =
        [ResourceKind.Deployment, ResourceKind.StatefulSet, ResourceKind.DaemonSet, ResourceKind.ReplicaSet, ResourceKind.Rollout, ResourceKind.CronJob];

    /// <summary>Names a workload in the namespace of a Secret; null where that is none of this cluster.</summary>
    public Outcome<Consumer>? Named(string kind, string name, SecretAddress to)
    {
        if (!to.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (SecretPlace.Of(to, cluster.DefaultNamespace).Failed(out var failure, out var place))
        {
            return failure;
        }

        return Kinds.FirstOrDefault(one => one.Kind.Equals(kind, StringComparison.OrdinalIgnoreCase)) is { } known
            ? new Consumer(known.Kind, name, FoundWorkload.ScopeOf(cluster, place.Namespace), to, [new ConsumerReference("EnvironmentVariable", "of its own", Uptake.Restart)])
            : new Failure(FailureCode.NotSupported, name, $"'{kind}' is no kind that can be given a variable.") { Remedy = $"These can: {string.Join(", ", Kinds.Select(static one => one.Kind))}." };
    }

    /// <summary>Works out the change, and makes it.</summary>
    public async Task<Outcome<Repointing>> RunAsync(Consumer consumer, VariableRequest request, bool isPreview, CancellationToken cancellation)
    {
        var nameSpace = WorkloadControl.NamespaceOf(cluster, consumer);
        if (Refusal(consumer, request) is { } refusal)
        {
            return refusal;
        }

        if (SecretPlace.Of(request.To, nameSpace).Failed(out var failure, out var to))
        {
            return failure;
        }

        if (to.Namespace != nameSpace)
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"{consumer} is in the namespace {nameSpace}, and can only refer to Secrets there; {request.To} is in {to.Namespace}.");
        }

        if (Repointer.KindOf(cluster, consumer) is not { } kind)
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"The cluster has no {consumer.Kind}.");
        }

        if (!request.Removes && (await WithKeyAsync(request.To, to, cancellation)).Failed(out failure, out to))
        {
            return failure;
        }

        if ((await cluster.Client.SendAsync(ApiCall.Get(kind, nameSpace, consumer.Name), cancellation)).Failed(out failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (new VariableEdits(consumer, request, to).In(reply.Json).Failed(out failure, out var found))
            {
                return failure;
            }

            var changes = found.SelectMany(static one => one.Lines.Select(line => (one.Where, line))).ToList();
            return await new TemplateEdit(cluster, kind, consumer, nameSpace).ApplyAsync(
                reply.Json, changes, json => found.ForEach(one => one.Write(json)), $"{request.RunId}~{to.Name}", isPreview, request.Force, cancellation);
        }
    }

    private Failure? Refusal(Consumer consumer, VariableRequest request)
    {
        // What was typed here isn't repeated: it may be NAME=value, as kubectl takes it.
        if (request.Variable.Length == 0 || char.IsAsciiDigit(request.Variable[0]) || !request.Variable.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            return new Failure(FailureCode.ValueInvalid, consumer.Id, "A variable's name has letters, digits, '-', '_' and '.', and doesn't begin with a digit. A value is never written where a workload is described, since everybody who may see that would have it.")
            {
                Remedy = "Store the value with Set-StoreSecret, and name the Secret and its key with -To.",
            };
        }

        if (!request.To.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase))
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"A variable of {consumer} can lead to a Secret of {cluster.Name}, not to {request.To}.")
            {
                Remedy = "Have External Secrets or an agent bring it to a Secret, then name that.",
            };
        }

        return Kinds.Any(one => one.Kind == consumer.Kind)
            ? null
            : new Failure(FailureCode.NotSupported, consumer.Id, $"The variables of a {consumer.Kind} can't be changed once it was made.") { Remedy = "Make it anew." };
    }

    // A variable from a Secret or key that isn't there would keep new pods from starting.
    private async Task<Outcome<SecretPlace>> WithKeyAsync(SecretAddress address, SecretPlace to, CancellationToken cancellation)
    {
        if ((await new SecretReader(cluster).FindAsync(address, to, cancellation)).Failed(out var failure, out var found))
        {
            return failure;
        }

        using (found)
        {
            return to.KeyIn(found, address, mustExist: true).Map(key => to with { Key = key });
        }
    }
}
