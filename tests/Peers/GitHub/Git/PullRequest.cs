using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Git;

/// <summary>A pull request, from one branch of a repository into another.</summary>
public sealed class PullRequest
{
    private readonly Repository repository;
    private readonly TimeProvider time;

    internal PullRequest(Repository repository, TimeProvider time, long id, int number)
    {
        this.repository = repository;
        this.time = time;
        Id = id;
        Number = number;
        CreatedAt = UpdatedAt = time.GetUtcNow();
    }

    public long Id { get; }

    public int Number { get; }

    public required string Title { get; set; }

    public string? Body { get; set; }

    public required string Head { get; init; }

    public required string Base { get; set; }

    public required Account Author { get; init; }

    public bool IsDraft { get; init; }

    public bool IsOpen { get; private set; } = true;

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? ClosedAt { get; private set; }

    public DateTimeOffset? MergedAt { get; private set; }

    public string? MergeCommit { get; private set; }

    public string HeadSha => repository.Branches.GetValueOrDefault(Head) ?? LastHead;

    public string BaseSha => repository.Branches.GetValueOrDefault(Base) ?? LastBase;

    internal string LastHead { get; set; } = string.Empty;

    internal string LastBase { get; set; } = string.Empty;

    /// <summary>Files that it changes.</summary>
    public int ChangedFiles => Changes(HeadSha).Count;

    /// <summary>Whether nothing that it changes was changed on the base since.</summary>
    public bool IsMergeable => IsOpen && repository.Branches.ContainsKey(Head) && Merged() is not null;

    public void Close()
    {
        IsOpen = false;
        ClosedAt = UpdatedAt = time.GetUtcNow();
    }

    public void Reopen()
    {
        IsOpen = true;
        ClosedAt = null;
        UpdatedAt = time.GetUtcNow();
    }

    /// <summary>Merges it, as whoever looked at it would.</summary>
    /// <returns>The merge commit; null where it conflicts.</returns>
    public string? Merge(bool isSquash = false)
    {
        if (!IsOpen || Merged() is not { } files)
        {
            return null;
        }

        LastHead = HeadSha;
        LastBase = BaseSha;
        MergeCommit = repository.Git.Write(new Commit(
            repository.Git.WriteTree(files), isSquash ? [BaseSha] : [BaseSha, HeadSha], $"Merge pull request #{Number} from {repository.Owner.Login}/{Head}\n\n{Title}", Author.Login, $"{Author.Login}@example.com", time.GetUtcNow()));
        repository.Branches[Base] = MergeCommit;
        MergedAt = time.GetUtcNow();
        Close();
        return MergeCommit;
    }

    private SortedDictionary<string, TreeEntry>? Merged()
    {
        var ours = Changes(BaseSha);
        var files = repository.Git.Files(repository.Git.Commit(BaseSha)!.Tree);
        foreach (var (path, entry) in Changes(HeadSha))
        {
            if (ours.TryGetValue(path, out var other) && other != entry)
            {
                return null;
            }

            if (entry is null)
            {
                files.Remove(path);
            }
            else
            {
                files[path] = entry;
            }
        }

        return files;
    }

    // What became of files since the two branches parted; null for one that is gone.
    private Dictionary<string, TreeEntry?> Changes(string commit)
    {
        var git = repository.Git;
        var before = git.MergeBase(BaseSha, HeadSha) is { } parted ? git.Files(git.Commit(parted)!.Tree) : [];
        var after = git.Files(git.Commit(commit)!.Tree);
        return before.Keys.Union(after.Keys, StringComparer.Ordinal).Where(path => before.GetValueOrDefault(path) != after.GetValueOrDefault(path))
            .ToDictionary(static path => path, path => after.GetValueOrDefault(path), StringComparer.Ordinal);
    }
}
