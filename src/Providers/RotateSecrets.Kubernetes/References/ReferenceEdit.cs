using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Store;

namespace RotateSecrets.Kubernetes.References;

/// <summary>One value of a workload that is to be another.</summary>
/// <param name="Pointer">Where it stands, as a JSON pointer.</param>
/// <param name="Where">Where it stands, for people.</param>
/// <param name="Field">What it is called.</param>
/// <param name="Old">What it is.</param>
/// <param name="New">What it is to be.</param>
internal sealed record ReferenceEdit(string Pointer, string Where, string Field, string Old, string New);

/// <summary>Finds what has to be changed for references to lead elsewhere. It only ever writes names of Secrets and keys.</summary>
/// <param name="from">Where they lead.</param>
/// <param name="to">Where they are to lead.</param>
/// <param name="isTwin">Whether the second Secret has all the other keys too, so that references to those go along.</param>
internal sealed class ReferenceEdits(SecretPlace from, SecretPlace to, bool isTwin)
{
    private readonly List<ReferenceEdit> edits = [];

    /// <summary>What can't be changed without changing more than the reference; null where everything can.</summary>
    public string? Obstacle { get; private set; }

    private bool KeepsKey => from.Key == to.Key || to.Key is null;

    /// <summary>Looks through a workload.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="item">The workload.</param>
    public IReadOnlyList<ReferenceEdit> In(string kind, JsonElement item)
    {
        if (kind == "Ingress")
        {
            Each(item.At("spec", "tls"), "/spec/tls", (tls, pointer) => Whole(tls, $"{pointer}/secretName", "spec.tls", "secretName"));
            return edits;
        }

        var root = kind == "CronJob" ? "/spec/jobTemplate/spec/template/spec" : "/spec/template/spec";
        var spec = Discovery.Workload.Template(kind, item).At("spec");
        foreach (var list in (string[])["containers", "initContainers"])
        {
            Each(spec.At(list), $"{root}/{list}", (container, pointer) => Container(container, pointer, $"{list}[{container.Text("name")}]"));
        }

        Each(spec.At("volumes"), $"{root}/volumes", (volume, pointer) =>
        {
            var where = $"volumes[{volume.Text("name")}]";
            Source(volume.At("secret"), $"{pointer}/secret", where, "secretName");
            Each(volume.At("projected", "sources"), $"{pointer}/projected/sources", (source, at) => Source(source.At("secret"), $"{at}/secret", where, "name"));
        });
        Each(spec.At("imagePullSecrets"), $"{root}/imagePullSecrets", (pull, pointer) => Whole(pull, $"{pointer}/name", "imagePullSecrets", "name"));
        return edits;
    }

    private void Container(JsonElement container, string root, string where)
    {
        Each(container.At("env"), $"{root}/env", (variable, pointer) =>
        {
            var reference = variable.At("valueFrom", "secretKeyRef");
            if (reference.Text("name") != from.Name || reference.Text("key") is not { } key || (key != from.Key && from.Key is not null && !isTwin))
            {
                return;
            }

            var place = $"{where}.env[{variable.Text("name")}].valueFrom.secretKeyRef";
            Add($"{pointer}/valueFrom/secretKeyRef/name", place, "name", from.Name, to.Name);
            if (key == from.Key && to.Key is not null)
            {
                Add($"{pointer}/valueFrom/secretKeyRef/key", place, "key", key, to.Key);
            }
        });
        Each(container.At("envFrom"), $"{root}/envFrom", (source, pointer) => Whole(source.At("secretRef"), $"{pointer}/secretRef/name", $"{where}.envFrom", "name"));
    }

    private void Source(JsonElement secret, string pointer, string where, string field)
    {
        if (secret.Text(field) != from.Name)
        {
            return;
        }

        var hasItems = secret.Items("items").Any();
        if (hasItems && from.Key is not null && !secret.Items("items").Any(item => item.Text("key") == from.Key))
        {
            if (!isTwin)
            {
                return;
            }
        }
        else if (!hasItems && !KeepsKey)
        {
            Obstacle = $"{where} shows every key as a file, and the file of '{from.Key}' would get another name";
            return;
        }

        Add($"{pointer}/{field}", where, field, from.Name, to.Name);
        Each(secret.At("items"), $"{pointer}/items", (item, at) =>
        {
            if (item.Text("key") == from.Key && to.Key is not null)
            {
                Add($"{at}/key", $"{where}.items", "key", from.Key!, to.Key);
            }
        });
    }

    private void Whole(JsonElement holder, string pointer, string where, string field)
    {
        if (holder.Text(field) != from.Name)
        {
            return;
        }

        if (KeepsKey)
        {
            Add(pointer, where, field, from.Name, to.Name);
        }
        else
        {
            Obstacle = $"{where} takes every key of the Secret by its own name, and '{from.Key}' would be called '{to.Key}'";
        }
    }

    private void Add(string pointer, string where, string field, string old, string fresh)
    {
        if (old != fresh)
        {
            edits.Add(new ReferenceEdit(pointer, where, field, old, fresh));
        }
    }

    private static void Each(JsonElement array, string root, Action<JsonElement, string> visit)
    {
        var index = 0;
        foreach (var item in array.Items())
        {
            visit(item, FormattableString.Invariant($"{root}/{index++}"));
        }
    }
}
