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
    /// <summary>The workflows of a branch.</summary>
    /// <param name="branch">The branch.</param>
    /// <param name="withDependabot">Whether with the file that says what Dependabot does.</param>
    public WorkflowTree Tree(BranchFiles branch, bool withDependabot = false) => new(Repository, branch.Name, FilesOf(branch, file =>
        file.Path.StartsWith(ContentQuery.Folder + "/", StringComparison.Ordinal) || (withDependabot && file.IsDependabots)));

    /// <summary>Files of a branch, with what they hold.</summary>
    public IReadOnlyList<WorkflowFile> FilesOf(BranchFiles branch, Func<FileEntry, bool> isWanted) =>
        [.. branch.Files.Where(file => isWanted(file) && Blobs.ContainsKey(file.Oid)).Select(file => new WorkflowFile(file.Path, Blobs[file.Oid]))];
}

/// <summary>A branch, and which files it has that may name a secret.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha">Its last commit.</param>
/// <param name="Files">Its workflows, the file of Dependabot, and those of development containers.</param>
internal sealed record BranchFiles(string Name, string Sha, IReadOnlyList<FileEntry> Files);

/// <summary>A file of a commit.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Oid">Git's name for what it holds.</param>
internal sealed record FileEntry(string Path, string Oid)
{
    /// <summary>The mode of nearly every file.</summary>
    public const string PlainMode = "100644";

    /// <summary>Git's mode of it: 100755 for one that can be executed.</summary>
    public string Mode { get; init; } = PlainMode;

    /// <summary>Whether it says what Dependabot does.</summary>
    public bool IsDependabots => Path is ".github/dependabot.yml" or ".github/dependabot.yaml";

    /// <summary>Whether it is the configuration of a development container, of which codespaces are made.</summary>
    public bool IsDevcontainers => Path.EndsWith("devcontainer.json", StringComparison.Ordinal);
}
