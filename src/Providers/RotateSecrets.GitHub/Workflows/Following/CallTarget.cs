using RotateSecrets.GitHub.References;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>Finds what <c>uses:</c> names.</summary>
internal static class CallTarget
{
    /// <summary>The reusable workflow that a job calls: of the same repository and commit with <c>./</c>, otherwise <c>owner/name/path@ref</c>.</summary>
    /// <param name="uses">As it is written.</param>
    /// <param name="caller">The file in which it is written.</param>
    /// <returns>Where it lies; null for what names no workflow.</returns>
    public static FileSpot? Workflow(string uses, FileSpot caller) =>
        uses.StartsWith("./", StringComparison.Ordinal) ? caller with { Path = Clean(uses[2..].Split('@')[0]) }
        : Remote(uses) is { } spot && spot.Path.Length > 0 ? spot
        : null;

    /// <summary>The folder of the action that a step runs. <c>./</c> is what lies checked out, as a rule the repository that runs the workflow.</summary>
    /// <param name="uses">As it is written.</param>
    /// <param name="tree">The repository that runs the workflow.</param>
    /// <returns>The folder; null for an image, or what names no action.</returns>
    public static FileSpot? Action(string uses, WorkflowTree tree) =>
        uses.StartsWith("docker://", StringComparison.OrdinalIgnoreCase) || uses.Contains("${{", StringComparison.Ordinal) ? null
        : uses is "." || uses.StartsWith("./", StringComparison.Ordinal) ? new FileSpot(tree.Repository, Clean(uses[1..]), tree.Branch)
        : Remote(uses);

    private static FileSpot? Remote(string uses)
    {
        var at = uses.LastIndexOf('@');
        var parts = at < 0 ? [] : uses[..at].Split('/', 3);
        return parts.Length >= 2 && parts[0].Length > 0 && parts[1].Length > 0 && at + 1 < uses.Length && !uses.Contains("${{", StringComparison.Ordinal)
            ? new FileSpot($"{parts[0]}/{parts[1]}", parts.Length == 3 ? Clean(parts[2]) : string.Empty, uses[(at + 1)..])
            : null;
    }

    private static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
