using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Values;

/// <summary>What expressions can refer to, as far as it is known before a workflow runs.</summary>
internal sealed record ValueScope
{
    /// <summary>A scope of which nothing is known.</summary>
    public static ValueScope Empty { get; } = new();

    /// <summary>The inputs, each with the values that it may have; names are not told apart by case.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<StaticValue>> Inputs { get; init; } = new Dictionary<string, IReadOnlyList<StaticValue>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>One combination of the matrix; null where the matrix is known only when it runs.</summary>
    public IReadOnlyDictionary<string, StaticValue>? Combination { get; init; }

    /// <summary>The maps of environment variables, the innermost first.</summary>
    public IReadOnlyList<YamlMap> Variables { get; init; } = [];

    /// <summary>Whether a step may set environment variables for those behind it.</summary>
    public bool MayVariablesChange { get; init; }

    /// <summary>How many values deep the evaluation is: variables and inputs may refer to one another in circles.</summary>
    public int Depth { get; init; }
}
