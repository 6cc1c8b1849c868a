using RotateSecrets.GitHub.References;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>The workflows of a repository, branch by branch, as they were when it was asked.</summary>
/// <param name="Repository">The repository: <c>owner/name</c>.</param>
/// <param name="DefaultBranch">The default branch; empty where it has no commit yet.</param>
/// <param name="IsArchived">Whether nothing runs there any more.</param>
/// <param name="Branches">The branches, the default one first.</param>
/// <param name="Blobs">What the files hold, by git's own name for it.</param>
internal sealed record RepositorySnapshot(
    string Repository, string DefaultBranch, bool IsArchived, IReadOnlyList<BranchFiles> Branches, IReadOnlyDictionary<string, byte[]> Blobs)
{
    /// <summary>The ETag of the list of branches: as long as that is the same, so is all of this.</summary>
    public string? ETag { get; init; }

    /// <summary>The workflows of a branch.</summary>
    public WorkflowTree Tree(BranchFiles branch) => new(
        Repository, branch.Name, [.. branch.Files.Where(file => Blobs.ContainsKey(file.Oid)).Select(file => new WorkflowFile(file.Path, Blobs[file.Oid]))]);
}

/// <summary>A branch, and which workflow files it has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha">Its last commit.</param>
/// <param name="IsProtected">Whether it is protected.</param>
/// <param name="Files">Its workflow files.</param>
internal sealed record BranchFiles(string Name, string Sha, bool IsProtected, IReadOnlyList<FileEntry> Files);

/// <summary>A file of a commit.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Oid">Git's name for what it holds.</param>
internal sealed record FileEntry(string Path, string Oid);
