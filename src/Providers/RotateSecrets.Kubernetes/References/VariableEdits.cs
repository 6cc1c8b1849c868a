using System.IO.Enumeration;
using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.References;

/// <summary>A change of one container's variables.</summary>
/// <param name="Where">Where it is, for people.</param>
/// <param name="Lines">What goes and what comes, as lines of a diff.</param>
/// <param name="Write">Writes it as an operation of a JSON patch.</param>
internal sealed record VariableEdit(string Where, IReadOnlyList<string> Lines, Action<Utf8JsonWriter> Write);

/// <summary>Finds what has to be changed for containers to have a variable, or not to have it. A literal value that it finds is neither shown nor kept.</summary>
/// <param name="consumer">The workload.</param>
/// <param name="request">Which variable.</param>
/// <param name="to">Where it leads.</param>
internal sealed class VariableEdits(Consumer consumer, VariableRequest request, SecretPlace to)
{
    /// <summary>Looks through a workload.</summary>
    public Outcome<List<VariableEdit>> In(JsonElement item)
    {
        var root = consumer.Kind == "CronJob" ? "/spec/jobTemplate/spec/template/spec" : "/spec/template/spec";
        var spec = Workload.Template(consumer.Kind, item).At("spec");
        var edits = new List<VariableEdit>();
        var isFound = false;
        foreach (var list in (string[])["containers", "initContainers"])
        {
            foreach (var (index, container) in Numbered(spec.Items(list)).Where(one => Takes(list, one.Item.Text("name"))))
            {
                isFound = true;
                var place = new Place(item, list, container, FormattableString.Invariant($"{root}/{list}/{index}/env"));
                if ((request.Removes ? Removal(place) : Setting(place)).Failed(out var failure, out var edit))
                {
                    return failure;
                }

                edits.AddRange(edit);
            }
        }

        var names = ((string[])["containers", "initContainers"]).SelectMany(list => spec.Items(list)).Select(static one => one.Text("name"));
        return isFound ? edits : new Failure(FailureCode.ValueInvalid, consumer.Id, $"{consumer} has no container '{request.Container}'.") { Remedy = $"It has: {string.Join(", ", names)}." };
    }

    private bool Takes(string list, string? name) => request.Container is { } pattern
        ? FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)
        : list == "containers";

    private Outcome<IReadOnlyList<VariableEdit>> Setting(Place place)
    {
        var (index, old) = place.Find(request.Variable);
        string[] lines = [$"+name: {to.Name}", $"+key: {to.Key}"];
        if (index < 0)
        {
            return Edits(place, lines, place.HasList
                ? json => TemplateEdit.Operation(json, "add", $"{place.Pointer}/-", () => WriteVariable(json))
                : json => TemplateEdit.Operation(json, "add", place.Pointer, () => WriteList(json)));
        }

        if (Leads(old))
        {
            return None();
        }

        if (!request.Force)
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"Container {place.Name} of {consumer} has a variable {request.Variable} already, from {Source(old)}: what it was couldn't be brought back.")
            {
                Remedy = "Point it elsewhere as a consumer of the Secret that it leads to, without -Variable; or overwrite it with -Force.",
            };
        }

        return Edits(place, [$"-{Source(old)}", .. lines], json => TemplateEdit.Operation(json, "replace", FormattableString.Invariant($"{place.Pointer}/{index}"), () => WriteVariable(json)));
    }

    private Outcome<IReadOnlyList<VariableEdit>> Removal(Place place)
    {
        var (index, old) = place.Find(request.Variable);
        if (index < 0)
        {
            return None();
        }

        if (!Leads(old))
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, $"The variable {request.Variable} of container {place.Name} of {consumer} is from {Source(old)}, not from {request.To}, and is left alone.");
        }

        return request.Force || place.IsOurs(request.Variable)
            ? Edits(
                place,
                [$"-name: {old.Text("valueFrom", "secretKeyRef", "name")}", $"-key: {old.Text("valueFrom", "secretKeyRef", "key")}"],
                json => TemplateEdit.Operation(json, "remove", FormattableString.Invariant($"{place.Pointer}/{index}"), (Action?)null))
            : new Failure(FailureCode.ManagedElsewhere, consumer.Id, $"The variable {request.Variable} of container {place.Name} of {consumer} was not made by this module, and is left alone.")
            {
                Remedy = "Take it out where the workload is described; or here all the same, with -Force.",
            };
    }

    private bool Leads(JsonElement variable) =>
        variable.Text("valueFrom", "secretKeyRef", "name") == to.Name && (to.Key is null || variable.Text("valueFrom", "secretKeyRef", "key") == to.Key);

    private Outcome<IReadOnlyList<VariableEdit>> Edits(Place place, IReadOnlyList<string> lines, Action<Utf8JsonWriter> write) =>
        Outcome.Of<IReadOnlyList<VariableEdit>>([new VariableEdit($"{place.List}[{place.Name}].env[{request.Variable}].valueFrom.secretKeyRef", lines, write)]);

    private static Outcome<IReadOnlyList<VariableEdit>> None() => Outcome.Of<IReadOnlyList<VariableEdit>>([]);

    private static IEnumerable<(int Index, JsonElement Item)> Numbered(IEnumerable<JsonElement> items) => items.Select(static (item, index) => (index, item));

    private void WriteList(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        WriteVariable(json);
        json.WriteEndArray();
    }

    private void WriteVariable(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", request.Variable);
        json.WriteStartObject("valueFrom");
        json.WriteStartObject("secretKeyRef");
        json.WriteString("name", to.Name);
        json.WriteString("key", to.Key);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Source(JsonElement variable) => variable.Text("valueFrom", "secretKeyRef", "name") is { } secret
        ? $"the Secret {secret}, key {variable.Text("valueFrom", "secretKeyRef", "key")}"
        : variable.At("valueFrom").Members().Select(static member => member.Name).FirstOrDefault() is { } source ? source : "a literal value";

    private sealed record Place(JsonElement Item, string List, JsonElement Container, string Pointer)
    {
        public string Name => Container.Text("name") ?? string.Empty;

        public bool HasList => Container.At("env").ValueKind == JsonValueKind.Array;

        public (int Index, JsonElement Variable) Find(string variable)
        {
            foreach (var (index, one) in Numbered(Container.Items("env")))
            {
                if (one.Text("name") == variable)
                {
                    return (index, one);
                }
            }

            return (-1, default);
        }

        // The server itself notes who made an entry of a list.
        public bool IsOurs(string variable)
        {
            string[] inside = [$"f:{List}", $"k:{{\"name\":\"{Name}\"}}", "f:env", $"k:{{\"name\":\"{variable}\"}}"];
            string[] root = Item.At("spec", "jobTemplate").ValueKind == JsonValueKind.Object ? ["f:spec", "f:jobTemplate", "f:spec", "f:template", "f:spec"] : ["f:spec", "f:template", "f:spec"];
            var owners = FieldOwner.OfPath(Item, [.. root, .. inside]).ToList();
            return owners.Count > 0 && owners.TrueForAll(static owner => owner.IsUs);
        }
    }
}
