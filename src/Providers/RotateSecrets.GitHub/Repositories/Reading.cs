using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Repositories;

/// <summary>A repository while it is read.</summary>
/// <param name="repository">The repository: <c>owner/name</c>.</param>
/// <param name="known">What was known of it; null where nothing was.</param>
/// <param name="heads">Its branches as they are now.</param>
internal sealed class Reading(string repository, RepositorySnapshot? known, RepositoryHeads heads)
{
    private readonly Dictionary<string, IReadOnlyList<FileEntry>> files = FilesOf(known);
    private readonly Dictionary<string, byte[]> blobs = known is null ? [] : new Dictionary<string, byte[]>(known.Blobs, StringComparer.Ordinal);

    /// <summary>The repository.</summary>
    public string Repository => repository;

    /// <summary>Why it can't be read.</summary>
    public Failure? Failure { get; private set; }

    /// <summary>Whether all is as it was known.</summary>
    public bool IsSame => known is not null && known.DefaultBranch == heads.DefaultBranch && known.IsArchived == heads.IsArchived && known.Branches.Count == heads.Branches.Count
        && heads.Branches.All(head => known.Branches.Any(branch => branch.Name == head.Name && branch.Sha == head.Sha));

    /// <summary>The commits whose files aren't known.</summary>
    public IEnumerable<string> Unknown() => heads.Branches.Select(static head => head.Sha).Distinct(StringComparer.Ordinal).Where(sha => !files.ContainsKey(sha));

    /// <summary>Takes the files of some commits.</summary>
    public void Take(Outcome<IReadOnlyDictionary<string, IReadOnlyList<FileEntry>>> part, IReadOnlyDictionary<string, byte[]> came)
    {
        if (part.Failed(out var failure, out var found))
        {
            Fail(failure);
            return;
        }

        foreach (var (commit, entries) in found)
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
        var branches = heads.Branches.Select(head => head with { Files = files.GetValueOrDefault(head.Sha) ?? [] }).OrderBy(head => head.Name == heads.DefaultBranch ? 0 : 1).ToList();
        var used = branches.SelectMany(static branch => branch.Files).Select(static file => file.Oid).ToHashSet(StringComparer.Ordinal);
        return new RepositorySnapshot(
            repository, heads.DefaultBranch, heads.IsArchived, branches, blobs.Where(blob => used.Contains(blob.Key)).ToDictionary(StringComparer.Ordinal));
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
