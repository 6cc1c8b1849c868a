using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Following;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows;

/// <summary>
/// The names that reusable workflows have for what is handed to them. Where a caller hands a secret on by name, the name is the callee's own and stays. Where all secrets are inherited, it is the secret's, and
/// what the callee declares has to follow it.
/// </summary>
/// <param name="tree">The files of a branch.</param>
internal sealed class FormalNames(WorkflowTree tree)
{
    private readonly IReadOnlyList<LoadedFile> files =
        [.. tree.Files.Select(file => LoadedFile.Read(new FileSpot(tree.Repository, file.Path, tree.Branch), file.Content)).Select(static read => read.Succeeded(out var file, out _) ? file : null).OfType<LoadedFile>()];

    /// <summary>A place where a secret is handed by a name to a workflow, or to one that hands all it has on to it; null where nobody does that.</summary>
    /// <param name="path">The workflow.</param>
    /// <param name="name">Its name for the secret.</param>
    public ReferenceSpot? HandedAt(string path, string name) => HandedAt(path, name, []);

    /// <summary>The bytes of the names under which a workflow declares a secret that is handed to it; null for one that doesn't stand there as itself.</summary>
    /// <param name="path">The workflow.</param>
    /// <param name="name">The name.</param>
    public IReadOnlyList<(ReferenceSpot Spot, (int Start, int Length)? Name)> DeclaredIn(string path, string name)
    {
        if (files.FirstOrDefault(file => file.Spot.Path == path) is not { } file)
        {
            return [];
        }

        var keys = file.Workflows.Select(static workflow => workflow.Trigger("workflow_call")?["secrets"]).OfType<YamlMap>().SelectMany(static secrets => secrets.Entries).Select(static entry => entry.Key);
        return [.. keys.Where(key => key.Text.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(key => (
            file.SpotOf(key, 0), key.SpanOf(0, key.Text.Length) is { } start ? file.File.BytesOf(start, key.Text.Length) : ((int, int)?)null))];
    }

    private ReferenceSpot? HandedAt(string path, string name, HashSet<string> seen)
    {
        if (!seen.Add(path))
        {
            return null;
        }

        foreach (var file in files)
        {
            foreach (var job in file.Workflows.SelectMany(static workflow => workflow.Jobs).Where(job => job.Calls is { } calls && Leads(calls, file, path)))
            {
                if ((job.Map["secrets"] as YamlMap)?.Entries.Select(static entry => entry.Key).FirstOrDefault(key => key.Text.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } handed)
                {
                    return file.SpotOf(handed, 0);
                }

                if (job.Inherit is not null && HandedAt(file.Spot.Path, name, seen) is { } further)
                {
                    return further;
                }
            }
        }

        return null;
    }

    private bool Leads(string calls, LoadedFile caller, string path) =>
        CallTarget.Workflow(calls, caller.Spot) is { } target && target.Path == path && target.Repository.Equals(tree.Repository, StringComparison.OrdinalIgnoreCase)
        && (target.Ref == tree.Branch || target.Ref == $"refs/heads/{tree.Branch}");
}
