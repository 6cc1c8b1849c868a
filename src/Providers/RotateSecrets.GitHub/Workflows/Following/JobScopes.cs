using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Expressions;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Values;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>What a use of the secrets context may come to.</summary>
/// <param name="Environment">The environment of the job.</param>
/// <param name="Name">The name of the secret; open where it is known only when it runs.</param>
internal readonly record struct Meaning(JobEnvironment Environment, StaticValue Name);

/// <summary>Works out what a job's uses of the secrets context come to, in each combination of its matrix.</summary>
/// <param name="workflow">The workflow.</param>
/// <param name="job">The job.</param>
/// <param name="inputs">The workflow's inputs.</param>
/// <param name="text">The text of the file: whether steps may set environment variables is seen by the name of the file that they write them to.</param>
internal sealed class JobScopes(
    WorkflowDocument workflow, WorkflowJob job, IReadOnlyDictionary<string, IReadOnlyList<StaticValue>> inputs, string text)
{
    private IReadOnlyList<ValueScope>? all;
    private JobEnvironment? only;

    /// <summary>A scope for each choice of inputs and each combination of the matrix: what a job gets and the environment that it runs in may go by the same input.</summary>
    public IReadOnlyList<ValueScope> All => all ??= [.. WorkflowInputs.Choices(inputs).SelectMany(chosen => MatrixCombinations.Of(job.Matrix, new ValueScope
    {
        Inputs = chosen,
        Variables = [.. new[] { job.Map["env"] as YamlMap, workflow.Variables }.OfType<YamlMap>()],
        MayVariablesChange = text.Contains("GITHUB_ENV", StringComparison.Ordinal),
    }))];

    /// <summary>What a use may come to.</summary>
    public IReadOnlyList<Meaning> Of(SecretUse use)
    {
        if (use.Use.Kind != UseKind.Computed && job.Environment is not { MayHoldExpression: true })
        {
            only ??= Environments(ValueScope.Empty)[0];
            return [new Meaning(only, NamesOf(use, ValueScope.Empty)[0])];
        }

        var meanings = new HashSet<Meaning>();
        foreach (var scope in All)
        {
            var inner = use.Variables is { } variables ? scope with { Variables = [variables, .. scope.Variables] } : scope;
            foreach (var environment in Environments(inner))
            {
                meanings.UnionWith(NamesOf(use, inner).Select(name => new Meaning(environment, name)));
            }
        }

        return [.. meanings];
    }

    /// <summary>The environments that the job may run in, or none; at least one answer.</summary>
    private IReadOnlyList<JobEnvironment> Environments(ValueScope scope)
    {
        // A job that calls a workflow has no environment of its own.
        if (job.Environment is not { } environment || job.Calls is not null)
        {
            return [JobEnvironment.None];
        }

        return [.. Evaluator.Evaluate(environment, scope).Select(static value =>
            value.IsOpen ? new JobEnvironment(null, IsComputed: true)
            : value.Text.Length == 0 || !value.MayHold ? JobEnvironment.None
            : new JobEnvironment(value.Text, IsComputed: false)).Distinct()];
    }

    private static IReadOnlyList<StaticValue> NamesOf(SecretUse use, ValueScope scope) => use.Use switch
    {
        { Name: { } name } => [new StaticValue(name, null, MayHold: true, MayFail: false)],
        { Kind: UseKind.Computed } => Evaluator.Evaluate(use.Use.Index, scope),
        _ => [StaticValue.Any],
    };
}
