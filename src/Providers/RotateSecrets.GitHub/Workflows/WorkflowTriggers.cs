using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Yaml;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows;

/// <summary>An input that whoever starts a workflow by hand can give.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Required">Whether it has to be given.</param>
/// <param name="Default">What it is where it isn't given; null where nothing is said.</param>
/// <param name="Type">Its type: <c>string</c>, <c>boolean</c>, <c>choice</c>, <c>number</c> or <c>environment</c>.</param>
internal sealed record DispatchInput(string Name, bool Required, string? Default, string Type)
{
    /// <summary>What there is to choose from; empty for other types than <c>choice</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
}

/// <summary>What starts a workflow.</summary>
/// <param name="HasDispatch">Whether it can be started by <c>workflow_dispatch</c>.</param>
/// <param name="Inputs">The inputs that it then takes.</param>
/// <param name="RunName">The template of its runs' names; null where it has none.</param>
internal sealed record WorkflowTriggers(bool HasDispatch, IReadOnlyList<DispatchInput> Inputs, string? RunName)
{
    /// <summary>Reads them from a workflow.</summary>
    /// <param name="file">The file.</param>
    /// <returns>What starts it, or <see cref="FailureCode.DocumentInvalid"/> with the place of what is wrong.</returns>
    public static Outcome<WorkflowTriggers> Read(WorkflowFile file)
    {
        if (YamlFile.Read(file.Content.Span, file.Path).Failed(out var failure, out var yaml))
        {
            return failure;
        }

        if (yaml.Documents.OfType<YamlMap>().FirstOrDefault() is not { } root)
        {
            return YamlFailure.At(file.Path, yaml.PositionOf(0), "a workflow is a set of named values, and this is none");
        }

        var workflow = WorkflowDocument.Of(root);
        var inputs = (workflow.Trigger("workflow_dispatch")?["inputs"] as YamlMap)?.Entries ?? [];
        return new WorkflowTriggers(
            workflow.Triggers.Contains("workflow_dispatch", StringComparer.Ordinal),
            [.. inputs.Select(static input => Input(input.Key.Text, input.Value as YamlMap))],
            (root["run-name"] as YamlScalar)?.Text);
    }

    private static DispatchInput Input(string name, YamlMap? map) =>
        new(name, (map?["required"] as YamlScalar)?.Text == "true", (map?["default"] as YamlScalar)?.Text, (map?["type"] as YamlScalar)?.Text ?? "string")
        {
            Options = [.. (map?["options"] as YamlList)?.Items.OfType<YamlScalar>().Select(static option => option.Text) ?? []],
        };
}
