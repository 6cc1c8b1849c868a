using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.References;

/// <summary>One file of a repository.</summary>
/// <param name="Path">Its path from the repository's root, with slashes.</param>
/// <param name="Content">Its bytes, as they lie there.</param>
internal sealed record WorkflowFile(string Path, ReadOnlyMemory<byte> Content);

/// <summary>The workflows of one branch of a repository: what GitHub looks at for something to run.</summary>
/// <param name="Repository">The repository: <c>owner/name</c>.</param>
/// <param name="Branch">The branch.</param>
/// <param name="Files">Every <c>.github/workflows/*.yml</c> and <c>*.yaml</c>; and files of actions, where they were had for nothing.</param>
internal sealed record WorkflowTree(string Repository, string Branch, IReadOnlyList<WorkflowFile> Files);

/// <summary>Where a file lies that a workflow calls: a reusable workflow, or an action's <c>action.yml</c>.</summary>
/// <param name="Repository">The repository: <c>owner/name</c>.</param>
/// <param name="Path">Its path from the repository's root, with slashes.</param>
/// <param name="Ref">A branch, a tag or a commit, as the caller wrote it; for <c>./</c>, what the calling file was had at.</param>
internal sealed record FileSpot(string Repository, string Path, string Ref);

/// <summary>
/// Fetches a file that isn't in the tree. Asked twice for the same spot, it makes one request. <see cref="FailureCode.FileNotFound"/> where there is none, or no access to it; the search then goes on
/// and reports what was called as a possible consumer. <see cref="FailureCode.StoreUnavailable"/> and others where it can't be told; the search reports the failure and goes on.
/// </summary>
/// <param name="spot">Where it lies.</param>
/// <param name="cancellation">Gives up at once.</param>
internal delegate Task<Outcome<WorkflowFile>> FileFetch(FileSpot spot, CancellationToken cancellation);
