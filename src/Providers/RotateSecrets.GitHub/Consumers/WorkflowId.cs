using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Repositories;

namespace RotateSecrets.GitHub.Consumers;

/// <summary>A workflow of a branch, and its name as a consumer: <c>deploy.yml</c> on the default branch, <c>deploy.yml@release/1</c> on another one.</summary>
/// <param name="Repository">The repository: <c>owner/name</c>.</param>
/// <param name="Branch">The branch; null for the default one.</param>
/// <param name="File">The file's name in <c>.github/workflows</c>.</param>
internal sealed record WorkflowId(string Repository, string? Branch, string File)
{
    /// <summary>The kind of all such consumers.</summary>
    public const string Kind = "Workflow";

    /// <summary>The consumer's name.</summary>
    public string Name => Branch is null ? File : $"{File}@{Branch}";

    /// <summary>The file's path.</summary>
    public string Path => $".github/workflows/{File}";

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
        new(snapshot.Repository, branch == snapshot.DefaultBranch ? null : branch, path[(path.LastIndexOf('/') + 1)..]);

    /// <summary>The branch of it in a repository; null where that isn't there.</summary>
    public BranchFiles? In(RepositorySnapshot snapshot) => snapshot.Branches.FirstOrDefault(branch => branch.Name == (Branch ?? snapshot.DefaultBranch));
}
