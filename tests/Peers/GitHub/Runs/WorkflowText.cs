using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RotateSecrets.Peers.GitHub.Runs;

/// <summary>An input of a workflow that can be started by hand.</summary>
public sealed record WorkflowInput(string Name, bool IsRequired, string? Default, string Type, IReadOnlyList<string> Options);

/// <summary>A job as a workflow's file has it.</summary>
/// <param name="Id">Its key under <c>jobs</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Environment">The environment; null for none.</param>
/// <param name="Steps">The names of its steps.</param>
/// <param name="Labels">What runs it.</param>
/// <param name="Secrets">The names of secrets that stand in it; null for all of them.</param>
public sealed record WorkflowJob(string Id, string Name, string? Environment, IReadOnlyList<string> Steps, IReadOnlyList<string> Labels, IReadOnlySet<string>? Secrets);

/// <summary>What the server has to know of a workflow's file to run it.</summary>
/// <param name="Name">Its name; null where it has none.</param>
/// <param name="Triggers">What starts it.</param>
/// <param name="Inputs">What it takes when it is started by hand.</param>
/// <param name="Jobs">Its jobs.</param>
public sealed partial record WorkflowText(string? Name, IReadOnlySet<string> Triggers, IReadOnlyList<WorkflowInput> Inputs, IReadOnlyList<WorkflowJob> Jobs)
{
    /// <summary>Reads a file; null where it isn't a workflow.</summary>
    /// <param name="text">The file.</param>
    /// <param name="called">Gets the text of a workflow of the same repository that is called.</param>
    public static WorkflowText? Read(string text, Func<string, string?> called)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is not [{ RootNode: YamlMappingNode root }, ..])
            {
                return null;
            }

            var on = Child(root, "on");
            var dispatch = on is YamlMappingNode map ? Child(map, "workflow_dispatch") : null;
            return new WorkflowText(
                (Child(root, "name") as YamlScalarNode)?.Value,
                on switch
                {
                    YamlScalarNode one => new HashSet<string>([one.Value ?? string.Empty], StringComparer.Ordinal),
                    YamlSequenceNode many => many.OfType<YamlScalarNode>().Select(static one => one.Value ?? string.Empty).ToHashSet(StringComparer.Ordinal),
                    YamlMappingNode keyed => Keys(keyed).ToHashSet(StringComparer.Ordinal),
                    _ => new HashSet<string>(StringComparer.Ordinal),
                },
                dispatch is YamlMappingNode started && Child(started, "inputs") is YamlMappingNode inputs ? [.. Keys(inputs).Select(name => Input(name, Child(inputs, name) as YamlMappingNode))] : [],
                Child(root, "jobs") is YamlMappingNode jobs ? [.. Keys(jobs).Select(id => Job(id, Child(jobs, id) as YamlMappingNode ?? [], NamesIn(text), called))] : []);
        }
        catch (YamlException)
        {
            return null;
        }
    }

    private static WorkflowInput Input(string name, YamlMappingNode? input) => new(
        name,
        input is not null && (Child(input, "required") as YamlScalarNode)?.Value == "true",
        input is null ? null : (Child(input, "default") as YamlScalarNode)?.Value,
        (input is null ? null : Child(input, "type") as YamlScalarNode)?.Value ?? "string",
        input is not null && Child(input, "options") is YamlSequenceNode options ? [.. options.OfType<YamlScalarNode>().Select(static one => one.Value ?? string.Empty)] : []);

    private static WorkflowJob Job(string id, YamlMappingNode job, IReadOnlySet<string>? names, Func<string, string?> called)
    {
        // A reusable workflow runs as jobs of its own; here one of them stands for all.
        if ((Child(job, "uses") as YamlScalarNode)?.Value is { } uses && uses.StartsWith("./", StringComparison.Ordinal)
            && called(uses[2..]) is { } text && Read(text, called) is { Jobs: [var first, ..] })
        {
            var inherits = (Child(job, "secrets") as YamlScalarNode)?.Value == "inherit";
            return first with { Id = id, Name = $"{id} / {first.Name}", Secrets = inherits ? first.Secrets : names };
        }

        var environment = Child(job, "environment");
        return new WorkflowJob(
            id,
            (Child(job, "name") as YamlScalarNode)?.Value ?? id,
            (environment as YamlScalarNode)?.Value ?? (environment is YamlMappingNode named ? (Child(named, "name") as YamlScalarNode)?.Value : null),
            Child(job, "steps") is YamlSequenceNode steps
                ? [.. steps.OfType<YamlMappingNode>().Select(static step => (Child(step, "name") ?? Child(step, "uses") ?? Child(step, "run")) is YamlScalarNode { Value: { } name } ? name.Split('\n')[0] : "step")]
                : [],
            Child(job, "runs-on") is YamlScalarNode { Value: { } label } ? [label] : ["ubuntu-latest"],
            names);
    }

    private static HashSet<string>? NamesIn(string text) => All().IsMatch(text)
        ? null
        : Secret().Matches(text).Select(static match => match.Groups["name"].Value.ToUpperInvariant()).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static YamlNode? Child(YamlMappingNode map, string key) =>
        map.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode scalar && scalar.Value == key).Value;

    private static IEnumerable<string> Keys(YamlMappingNode map) => map.Children.Keys.OfType<YamlScalarNode>().Select(static key => key.Value ?? string.Empty);

    [GeneratedRegex(@"secrets\s*(?:\.\s*|\[\s*')(?<name>[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Secret();

    [GeneratedRegex(@"toJSON\(\s*secrets\s*\)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex All();
}
