using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>A repository while it is read.</summary>
/// <param name="repository">The repository: <c>owner/name</c>.</param>
/// <param name="known">What was known of it; null where nothing was.</param>
/// <param name="tag">The ETag of its list of branches.</param>
/// <param name="heads">Its branches as they are now, without their files.</param>
internal sealed class Reading(string repository, RepositorySnapshot? known, string? tag, IReadOnlyList<BranchFiles> heads)
{
    private readonly Dictionary<string, IReadOnlyList<FileEntry>> files = FilesOf(known);
    private readonly Dictionary<string, byte[]> blobs = known is null ? [] : new Dictionary<string, byte[]>(known.Blobs, StringComparer.Ordinal);
    private string defaultBranch = known?.DefaultBranch ?? string.Empty;
    private bool isArchived = known?.IsArchived ?? false;

    /// <summary>The repository.</summary>
    public string Repository => repository;

    /// <summary>What was read; null as long as something is missing.</summary>
    public RepositorySnapshot? Snapshot { get; set; }

    /// <summary>Why it can't be read.</summary>
    public Failure? Failure { get; private set; }

    /// <summary>The commits whose files aren't known.</summary>
    public IEnumerable<string> Unknown() => heads.Select(static head => head.Sha).Distinct(StringComparer.Ordinal).Where(sha => !files.ContainsKey(sha));

    /// <summary>Takes a part of what it has.</summary>
    public void Take(Outcome<ContentQuery.Found> part, IReadOnlyDictionary<string, byte[]> came)
    {
        if (part.Failed(out var failure, out var found))
        {
            Fail(failure);
            return;
        }

        defaultBranch = found.DefaultBranch;
        isArchived = found.IsArchived;
        foreach (var (commit, entries) in found.Files)
        {
            files[commit] = entries;
            foreach (var entry in entries.Where(entry => came.ContainsKey(entry.Oid)))
            {
                blobs[entry.Oid] = came[entry.Oid];
            }
        }
    }

    /// <summary>Notes why it can't be read.</summary>
    public void Fail(Failure failure) => Failure ??= failure;

    /// <summary>What it has, without what no branch has any more.</summary>
    public RepositorySnapshot Build()
    {
        var branches = heads.Select(head => head with { Files = files.GetValueOrDefault(head.Sha) ?? [] }).OrderBy(head => head.Name == defaultBranch ? 0 : 1).ToList();
        var used = branches.SelectMany(static branch => branch.Files).Select(static file => file.Oid).ToHashSet(StringComparer.Ordinal);
        return new RepositorySnapshot(
            repository, defaultBranch, isArchived, branches, blobs.Where(blob => used.Contains(blob.Key)).ToDictionary(StringComparer.Ordinal)) { ETag = tag };
    }

    private static Dictionary<string, IReadOnlyList<FileEntry>> FilesOf(RepositorySnapshot? known)
    {
        var entries = new Dictionary<string, IReadOnlyList<FileEntry>>(StringComparer.Ordinal);
        foreach (var branch in known?.Branches ?? [])
        {
            entries[branch.Sha] = branch.Files;
        }

        return entries;
    }
}
