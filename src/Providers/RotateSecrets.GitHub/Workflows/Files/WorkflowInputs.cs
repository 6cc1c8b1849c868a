using RotateSecrets.GitHub.Workflows.Values;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Files;

/// <summary>Works out the values that the inputs of a workflow may have.</summary>
internal static class WorkflowInputs
{
    private const int Most = 64;

    /// <summary>The inputs where somebody, or an event, starts the workflow.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<StaticValue>> Started(WorkflowDocument workflow)
    {
        var inputs = New();
        var hasOthers = workflow.Triggers.Any(static name => name is not ("workflow_dispatch" or "workflow_call"));
        foreach (var (name, input) in Declared(workflow, "workflow_dispatch"))
        {
            inputs[name] = [.. Dispatched(input), .. hasOthers ? [StaticValue.Nothing] : Array.Empty<StaticValue>()];
        }

        foreach (var (name, _) in Declared(workflow, "workflow_call"))
        {
            inputs.TryAdd(name, workflow.IsOnlyCalled ? [StaticValue.Any] : [StaticValue.Nothing]);
        }

        return inputs;
    }

    /// <summary>The inputs where another workflow calls it.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="given">What the call says: <c>with:</c>.</param>
    /// <param name="callers">What is known where the call stands: a scope for each choice of inputs and combination of its matrix.</param>
    /// <returns>The inputs of each call; of all calls together, where there are many.</returns>
    public static IEnumerable<IReadOnlyDictionary<string, IReadOnlyList<StaticValue>>> Called(WorkflowDocument workflow, YamlMap? given, IReadOnlyList<ValueScope> callers) =>
        given is null || callers.Count > Most ? [CalledFrom(workflow, given, callers)] : callers.Select(caller => CalledFrom(workflow, given, [caller]));

    /// <summary>Every choice of one value for each input; what there is to choose from, where that would be too many.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyList<StaticValue>>> Choices(IReadOnlyDictionary<string, IReadOnlyList<StaticValue>> inputs)
    {
        if (inputs.Values.Aggregate(1L, static (count, values) => Math.Min(count * values.Count, int.MaxValue)) is 1 or > Most)
        {
            return [inputs];
        }

        IEnumerable<Dictionary<string, IReadOnlyList<StaticValue>>> choices = [New()];
        foreach (var (name, values) in inputs)
        {
            choices = choices.SelectMany(choice => values.Select(value => new Dictionary<string, IReadOnlyList<StaticValue>>(choice, StringComparer.OrdinalIgnoreCase) { [name] = [value] }));
        }

        return [.. choices];
    }

    private static Dictionary<string, IReadOnlyList<StaticValue>> CalledFrom(WorkflowDocument workflow, YamlMap? given, IReadOnlyList<ValueScope> callers)
    {
        var inputs = New();
        foreach (var (name, input) in Declared(workflow, "workflow_call"))
        {
            inputs[name] = input?["default"] is YamlScalar value ? Evaluator.Evaluate(value, ValueScope.Empty) : [StaticValue.Nothing];
        }

        foreach (var (name, value) in given?.Entries ?? [])
        {
            inputs[name.Text] = value is YamlScalar scalar ? [.. callers.SelectMany(scope => Evaluator.Evaluate(scalar, scope)).Distinct()] : [StaticValue.Any];
        }

        return inputs;
    }

    private static Dictionary<string, IReadOnlyList<StaticValue>> New() => new(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<(string Name, YamlMap? Input)> Declared(WorkflowDocument workflow, string trigger) =>
        (workflow.Trigger(trigger)?["inputs"] as YamlMap)?.Entries.Select(static entry => (entry.Key.Text, entry.Value as YamlMap)) ?? [];

    // Whoever starts it can write what he likes, except where there is a choice.
    private static IReadOnlyList<StaticValue> Dispatched(YamlMap? input) => (input?["type"] as YamlScalar)?.Text switch
    {
        "boolean" => [StaticValue.True, StaticValue.False],
        "choice" when input!["options"] is YamlList options => [.. options.Items.Select(ContextValues.OfNode)],
        _ => input?["default"] is YamlScalar value ? [ContextValues.OfNode(value), StaticValue.Any] : [StaticValue.Any],
    };
}
