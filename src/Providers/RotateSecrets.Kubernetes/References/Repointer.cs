using System.Text;
using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Ownership;
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

        var kind = Kinds.First(one => one.Kind == consumer.Kind) is var liked && liked.Kind == "CronJob" ? cluster.Kinds.CronJob : cluster.Kinds.Find(liked);
        if (kind is null)
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"The cluster has no {liked}.");
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

            if (found.Count == 0)
            {
                return new Repointing(consumer, string.Empty) { IsInForce = true };
            }

            if (!request.Force && !cluster.Settings.Force && ForeignOwner.Of(reply.Json) is { } owner)
            {
                return owner.Refuse($"{consumer.Kind} {nameSpace}/{consumer.Name}");
            }

            var change = new Repointing(consumer, Diff(consumer, nameSpace, found));
            if (isPreview)
            {
                return change;
            }

            // The change makes new pods, which have to be younger than what they are to read, by a clock without fractions.
            await cluster.Writes.SettleAsync(cluster.Time, cancellation);
            return (await WriteAsync(kind, consumer, nameSpace, request, reply.Json, found, to, cancellation)).Map(_ => change with { IsInForce = true });
        }
    }

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

    private async Task<Outcome<Consumer>> WriteAsync(
        ResourceKind kind, Consumer consumer, string nameSpace, RepointRequest request, JsonElement item, IReadOnlyList<ReferenceEdit> edits, SecretPlace to, CancellationToken cancellation)
    {
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartArray();
            Operation(json, "test", "/metadata/uid", item.Text("metadata", "uid") ?? string.Empty);
            Operation(json, "test", "/metadata/resourceVersion", item.Text("metadata", "resourceVersion") ?? string.Empty);
            foreach (var edit in edits)
            {
                Operation(json, "replace", edit.Pointer, edit.New);
            }

            // The change restarts it by itself: the mark tells that it was this run's, and each pod whether it was made for it.
            if (consumer.Kind is not ("CronJob" or "Ingress"))
            {
                Mark(json, item, $"{request.RunId}~{to.Name}");
            }

            json.WriteEndArray();
        });
        var sent = await cluster.Client.SendAsync(ApiCall.Patch(kind, nameSpace, consumer.Name, body.Written, ApiCall.JsonPatch, consumer.Id, $"{request.RunId}~{to.Name}"), cancellation, 422);
        if (sent.Failed(out var failure, out var reply))
        {
            // Somebody was faster; what has to be changed is worked out anew.
            return failure.Code == FailureCode.VersionConflict ? failure with { Code = FailureCode.ConsumerBusy } : failure;
        }

        using (reply)
        {
            return reply.IsSuccess
                ? consumer
                : new Failure(FailureCode.ConsumerBusy, consumer.Id, $"{consumer} was changed by somebody else while its references were being changed.");
        }
    }

    private static void Mark(Utf8JsonWriter json, JsonElement item, string mark)
    {
        var metadata = item.At("spec", "template", "metadata");
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            Add(json, "/spec/template/metadata");
        }

        if (metadata.At("annotations").ValueKind != JsonValueKind.Object)
        {
            Add(json, "/spec/template/metadata/annotations");
        }

        Operation(json, "add", $"/spec/template/metadata/annotations/{Workload.RunAnnotation.Replace("/", "~1", StringComparison.Ordinal)}", mark);
    }

    private static void Add(Utf8JsonWriter json, string pointer)
    {
        json.WriteStartObject();
        json.WriteString("op", "add");
        json.WriteString("path", pointer);
        json.WriteStartObject("value");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Operation(Utf8JsonWriter json, string operation, string pointer, string value)
    {
        json.WriteStartObject();
        json.WriteString("op", operation);
        json.WriteString("path", pointer);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static string Diff(Consumer consumer, string nameSpace, IReadOnlyList<ReferenceEdit> edits)
    {
        var title = $"{consumer.Kind} {nameSpace}/{consumer.Name}";
        var text = new StringBuilder().Append("--- ").Append(title).Append('\n').Append("+++ ").Append(title).Append('\n');
        foreach (var place in edits.GroupBy(static edit => edit.Where, StringComparer.Ordinal))
        {
            text.Append("@@ ").Append(place.Key).Append(" @@\n");
            foreach (var edit in place)
            {
                text.Append('-').Append(edit.Field).Append(": ").Append(edit.Old).Append('\n').Append('+').Append(edit.Field).Append(": ").Append(edit.New).Append('\n');
            }
        }

        return text.ToString();
    }

    private sealed record Twin(bool Is);
}
