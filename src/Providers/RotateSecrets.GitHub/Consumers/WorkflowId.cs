using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Repositories;

namespace RotateSecrets.GitHub.Consumers;

/// <summary>A workflow of a branch, and its name as a consumer: <c>deploy.yml</c> on the default branch, <c>deploy.yml@release/1</c> on another one.</summary>
/// <param name="Repository">The repository: <c>owner/name</c>.</param>
/// <param name="Branch">The branch; null for the default one.</param>
/// <param name="File">The file's name in <c>.github/workflows</c>; for a file elsewhere its path.</param>
internal sealed record WorkflowId(string Repository, string? Branch, string File)
{
    /// <summary>The kind of all such consumers.</summary>
    public const string Kind = "Workflow";

    private const string Folder = ".github/workflows/";

    /// <summary>The consumer's name.</summary>
    public string Name => Branch is null ? File : $"{File}@{Branch}";

    /// <summary>The kind of the file that says what Dependabot does.</summary>
    public const string Dependabot = "Dependabot";

    /// <summary>The kind of the consumer.</summary>
    public string OwnKind => IsDependabots ? Dependabot : Kind;

    /// <summary>Whether it says what Dependabot does.</summary>
    public bool IsDependabots => File.StartsWith(".github/dependabot.", StringComparison.Ordinal);

    /// <summary>The file's path; what lies in another repository begins with that one's name.</summary>
    public string Path => File.Contains('/', StringComparison.Ordinal) ? File : Folder + File;

    /// <summary>The name of a file: what lies in <c>.github/workflows</c> goes without it.</summary>
    public static string NameOf(string path) => path.StartsWith(Folder, StringComparison.Ordinal) ? path[Folder.Length..] : path;

    /// <summary>Whether a run may be of it. Of which file a run is that another repository prescribes, nothing tells.</summary>
    /// <param name="path">The file that the run is of, as GitHub tells it.</param>
    public bool MayRunAs(string path) => path == Path || (IsDependabots && path.StartsWith("dynamic/dependabot/", StringComparison.Ordinal))
        || (File.Contains('/', StringComparison.Ordinal) && !File.StartsWith(".github/", StringComparison.Ordinal) && !File.StartsWith("dynamic/", StringComparison.Ordinal));

    /// <summary>Reads it from a consumer.</summary>
    public static WorkflowId Of(Consumer consumer)
    {
        foreach (var ending in (string[])[".yml@", ".yaml@"])
        {
            if (consumer.Name.IndexOf(ending, StringComparison.OrdinalIgnoreCase) is var at and > 0)
            {
                var end = at + ending.Length - 1;
                return new WorkflowId(consumer.Scope, consumer.Name[(end + 1)..], consumer.Name[..end]);
            }
        }

        return new WorkflowId(consumer.Scope, null, consumer.Name);
    }

    /// <summary>Reads it from where a workflow was found.</summary>
    public static WorkflowId Of(RepositorySnapshot snapshot, string branch, string path) =>
        new(snapshot.Repository, branch == snapshot.DefaultBranch ? null : branch, NameOf(path));

    /// <summary>The branch of it in a repository; null where that isn't there.</summary>
    public BranchFiles? In(RepositorySnapshot snapshot) => snapshot.Branches.FirstOrDefault(branch => branch.Name == (Branch ?? snapshot.DefaultBranch));
}
