using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Values;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>A workflow as it is run: by itself, or called by another.</summary>
/// <param name="File">The file in which it stands.</param>
/// <param name="Workflow">The workflow.</param>
/// <param name="Secrets">Which secrets it has.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Job">The job of the workflow that GitHub starts; null for that workflow itself.</param>
/// <param name="Through">The files called on the way.</param>
internal sealed record Visit(
    LoadedFile File,
    WorkflowDocument Workflow,
    HandedSecrets Secrets,
    IReadOnlyDictionary<string, IReadOnlyList<StaticValue>> Inputs,
    string? Job,
    IReadOnlyList<string> Through)
{
    /// <summary>What is known where one of its jobs runs.</summary>
    public JobScopes ScopesOf(WorkflowJob job) => new(Workflow, job, Inputs, File.File.Text);

    /// <summary>The same for the same secrets and inputs.</summary>
    public string Key => $"{File.Spot}|{File.Workflows.ToList().IndexOf(Workflow)}|{Job}|{Secrets.Key}|{string.Join(';', Inputs
        .OrderBy(static input => input.Key, StringComparer.OrdinalIgnoreCase)
        .Select(static input => $"{input.Key}={string.Join(',', input.Value.Select(static value => value.Node is { } node ? $"@{node.GetHashCode()}" : value.Text))}"))}";
}
