using System.Globalization;
using RotateSecrets.GitHub.Workflows.Expressions;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Values;

/// <summary>Looks up what contexts hold.</summary>
internal static class ContextValues
{
    // "Contexts reference": the values of runner.os and runner.arch.
    private static readonly string[] Systems = ["Linux", "Windows", "macOS"];
    private static readonly string[] Architectures = ["X86", "X64", "ARM", "ARM64"];

    /// <summary>The values that a name may have.</summary>
    /// <param name="target">What the name is looked up in.</param>
    /// <param name="name">The name; names are not told apart by case.</param>
    /// <param name="scope">What is known.</param>
    public static IReadOnlyList<StaticValue> Of(Expression target, string name, ValueScope scope) => target switch
    {
        ContextExpression context when context.Is("matrix") => Combined(name, scope),
        ContextExpression context when context.Is("inputs") => Input(name, scope),
        ContextExpression context when context.Is("env") => Variable(name, scope),
        ContextExpression context when context.Is("runner") && Is(name, "os") => [.. Systems.Select(StaticValue.OfText)],
        ContextExpression context when context.Is("runner") && Is(name, "arch") => [.. Architectures.Select(StaticValue.OfText)],
        ContextExpression => [StaticValue.Any],
        PropertyExpression { Target: PropertyExpression { Target: ContextExpression github } happened } inputs
            when github.Is("github") && Is(happened.Name, "event") && Is(inputs.Name, "inputs") => Input(name, scope),
        _ => [.. Evaluator.Evaluate(target, scope).Select(value => Child(value, name)).Distinct()],
    };

    /// <summary>What is known of a piece of YAML that holds no expressions.</summary>
    public static StaticValue OfNode(YamlNode node) => node is YamlScalar scalar
        ? scalar.Style == ScalarStyle.Plain ? StaticValue.OfWord(scalar.Text) : StaticValue.OfText(scalar.Text)
        : StaticValue.OfNode(node);

    private static IReadOnlyList<StaticValue> Combined(string name, ValueScope scope) =>
        scope.Combination is not { } combination ? [StaticValue.Any]
        : combination.TryGetValue(name, out var value) ? [value] : [StaticValue.Nothing];

    private static IReadOnlyList<StaticValue> Input(string name, ValueScope scope) => scope.Inputs.TryGetValue(name, out var values) ? values : [StaticValue.Any];

    private static IReadOnlyList<StaticValue> Variable(string name, ValueScope scope)
    {
        foreach (var variables in scope.Variables)
        {
            foreach (var (key, value) in variables.Entries)
            {
                if (Is(key.Text, name) && value is YamlScalar scalar)
                {
                    var values = Evaluator.Evaluate(scalar, scope with { Depth = scope.Depth + 1 });
                    return scope.MayVariablesChange ? [.. values, StaticValue.Any] : values;
                }
            }
        }

        return [StaticValue.Any];
    }

    private static StaticValue Child(StaticValue value, string name)
    {
        var found = value.Node switch
        {
            YamlMap map => map.Entries.FirstOrDefault(entry => Is(entry.Key.Text, name)).Value,
            YamlList list => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < list.Items.Count ? list.Items[number] : null,
            _ => null,
        };
        return found switch
        {
            null => value.IsOpen ? StaticValue.Any : StaticValue.Nothing,
            YamlScalar { MayHoldExpression: true } => StaticValue.Any,
            _ => OfNode(found),
        };
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
