using System.Text;
using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.References;

/// <summary>
/// Writes changes of a workload's references as one patch, which counts only if nobody has changed the workload since it was read. It ever only writes names: of Secrets, keys and variables.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="kind">The workload's kind, in the server's version.</param>
/// <param name="consumer">The workload.</param>
/// <param name="nameSpace">Its namespace.</param>
internal sealed class TemplateEdit(Cluster cluster, ResourceKind kind, Consumer consumer, string nameSpace)
{
    /// <summary>Works out the changes as a diff, and makes them unless they are only looked at. Where there are none, nothing happens.</summary>
    /// <param name="item">The workload, as it was read.</param>
    /// <param name="changes">Of each place what goes and what comes, as lines of a diff.</param>
    /// <param name="edit">Writes the operations of the JSON patch.</param>
    /// <param name="mark">The mark that tells of the workload and its new pods for what they were changed.</param>
    /// <param name="isPreview">Whether they are only looked at.</param>
    /// <param name="force">Whether to overrule whatever else takes care of the workload.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<Outcome<Repointing>> ApplyAsync(
        JsonElement item, IReadOnlyList<(string Where, string Line)> changes, Action<Utf8JsonWriter> edit, string mark, bool isPreview, bool force, CancellationToken cancellation)
    {
        if (changes.Count == 0)
        {
            return new Repointing(consumer, string.Empty) { IsInForce = true };
        }

        if (!force && !cluster.Settings.Force && ForeignOwner.Of(item) is { } owner)
        {
            return owner.Refuse($"{consumer.Kind} {nameSpace}/{consumer.Name}");
        }

        var change = new Repointing(consumer, Diff(changes));
        return isPreview ? change : (await WriteAsync(item, mark, edit, cancellation)).Map(_ => change with { IsInForce = true });
    }

    private async Task<Outcome<Consumer>> WriteAsync(JsonElement item, string mark, Action<Utf8JsonWriter> edit, CancellationToken cancellation)
    {
        // The change makes new pods, which have to be younger than what they are to read, by a clock without fractions.
        await cluster.Writes.SettleAsync(cluster.Time, cancellation);
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartArray();
            Operation(json, "test", "/metadata/uid", item.Text("metadata", "uid") ?? string.Empty);
            Unchanged(json, item);
            edit(json);

            // The change restarts it by itself: the mark tells that it was this run's, and each pod whether it was made for it.
            if (consumer.Kind is not ("CronJob" or "Ingress"))
            {
                Mark(json, item, mark);
            }

            json.WriteEndArray();
        });
        var sent = await cluster.Client.SendAsync(ApiCall.Patch(kind, nameSpace, consumer.Name, body.Written, ApiCall.JsonPatch, consumer.Id, mark), cancellation, 422);
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

    private string Diff(IEnumerable<(string Where, string Line)> changes)
    {
        var title = $"{consumer.Kind} {nameSpace}/{consumer.Name}";
        var text = new StringBuilder().Append("--- ").Append(title).Append('\n').Append("+++ ").Append(title).Append('\n');
        foreach (var place in changes.GroupBy(static change => change.Where, static change => change.Line, StringComparer.Ordinal))
        {
            text.Append("@@ ").Append(place.Key).Append(" @@\n");
            foreach (var line in place)
            {
                text.Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Writes an operation with a text.</summary>
    public static void Operation(Utf8JsonWriter json, string operation, string pointer, string value) => Operation(json, operation, pointer, () => json.WriteStringValue(value));

    /// <summary>Writes an operation.</summary>
    public static void Operation(Utf8JsonWriter json, string operation, string pointer, Action? value)
    {
        json.WriteStartObject();
        json.WriteString("op", operation);
        json.WriteString("path", pointer);
        if (value is not null)
        {
            json.WritePropertyName("value");
            value();
        }

        json.WriteEndObject();
    }

    // Its controller writes the status all the time; only a change of what was read counts. A server that counts no generations of a kind (CronJobs before 1.22) has the version alone.
    private static void Unchanged(Utf8JsonWriter json, JsonElement item)
    {
        if (item.Long("metadata", "generation") is { } generation)
        {
            Operation(json, "test", "/metadata/generation", () => json.WriteNumberValue(generation));
        }
        else
        {
            Operation(json, "test", "/metadata/resourceVersion", item.Text("metadata", "resourceVersion") ?? string.Empty);
        }
    }

    private static void Mark(Utf8JsonWriter json, JsonElement item, string mark)
    {
        var metadata = item.At("spec", "template", "metadata");
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            AddMap(json, "/spec/template/metadata");
        }

        if (metadata.At("annotations").ValueKind != JsonValueKind.Object)
        {
            AddMap(json, "/spec/template/metadata/annotations");
        }

        Operation(json, "add", $"/spec/template/metadata/annotations/{Workload.RunAnnotation.Replace("/", "~1", StringComparison.Ordinal)}", mark);
    }

    private static void AddMap(Utf8JsonWriter json, string pointer) => Operation(json, "add", pointer, () =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });
}
