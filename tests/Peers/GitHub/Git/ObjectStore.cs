namespace RotateSecrets.Peers.GitHub.Git;

/// <summary>The objects of a repository, by their names.</summary>
public sealed class ObjectStore
{
    private readonly Dictionary<string, GitObject> objects = new(StringComparer.Ordinal);

    /// <summary>Keeps an object.</summary>
    /// <returns>Its name.</returns>
    public string Write(GitObject one)
    {
        var sha = one.Hash();
        objects.TryAdd(sha, one);
        return sha;
    }

    public Blob? Blob(string sha) => objects.GetValueOrDefault(sha) as Blob;

    public Tree? Tree(string sha) => objects.GetValueOrDefault(sha) as Tree;

    public Commit? Commit(string sha) => objects.GetValueOrDefault(sha) as Commit;

    /// <summary>The tree of a commit, or the tree itself.</summary>
    public string? TreeOf(string sha) => objects.GetValueOrDefault(sha) switch
    {
        Git.Commit commit => commit.Tree,
        Git.Tree => sha,
        _ => null,
    };

    /// <summary>What lies at a path; null where nothing does.</summary>
    public TreeEntry? Find(string tree, string path)
    {
        var entry = new TreeEntry("040000", "tree", tree);
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            entry = Tree(entry.Sha)?.Entries.FirstOrDefault(one => one.Name == name).Entry;
            if (entry is null)
            {
                return null;
            }
        }

        return entry;
    }

    /// <summary>All files below a tree, by path.</summary>
    public SortedDictionary<string, TreeEntry> Files(string tree)
    {
        var files = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (var (path, entry) in Walk(tree, string.Empty).Where(static one => one.Entry.Type == "blob"))
        {
            files[path] = entry;
        }

        return files;
    }

    /// <summary>All that lies below a tree, folders before what is in them.</summary>
    public IEnumerable<(string Path, TreeEntry Entry)> Walk(string tree, string prefix)
    {
        foreach (var (name, entry) in Tree(tree)?.Entries ?? [])
        {
            yield return (prefix + name, entry);
            if (entry.Type == "tree")
            {
                foreach (var below in Walk(entry.Sha, $"{prefix}{name}/"))
                {
                    yield return below;
                }
            }
        }
    }

    /// <summary>Keeps the trees of files.</summary>
    /// <returns>The name of the outermost.</returns>
    public string WriteTree(IReadOnlyDictionary<string, TreeEntry> files) => WriteTree(files.Select(static file => (file.Key.Split('/'), file.Value)).ToList(), 0);

    /// <summary>Whether a commit is the other one, or comes before it.</summary>
    public bool IsAncestor(string ancestor, string of) => Ancestors(of).Contains(ancestor);

    /// <summary>The nearest commit from which both come; null where there is none.</summary>
    public string? MergeBase(string one, string other)
    {
        var mine = Ancestors(one).ToHashSet(StringComparer.Ordinal);
        return Ancestors(other).FirstOrDefault(mine.Contains);
    }

    /// <summary>A commit and all before it, the nearest first.</summary>
    public IEnumerable<string> Ancestors(string commit)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>([commit]);
        while (next.TryDequeue(out var sha))
        {
            if (seen.Add(sha) && Commit(sha) is { } found)
            {
                yield return sha;
                foreach (var parent in found.Parents)
                {
                    next.Enqueue(parent);
                }
            }
        }
    }

    private string WriteTree(List<(string[] Parts, TreeEntry Entry)> files, int depth)
    {
        var entries = files.Where(file => file.Parts.Length == depth + 1).Select(file => (Name: file.Parts[depth], file.Entry))
            .Concat(files.Where(file => file.Parts.Length > depth + 1).GroupBy(file => file.Parts[depth], StringComparer.Ordinal)
                .Select(folder => (Name: folder.Key, Entry: new TreeEntry("040000", "tree", WriteTree([.. folder], depth + 1)))));
        return Write(new Tree([.. entries.OrderBy(static one => one.Entry.Type == "tree" ? one.Name + "/" : one.Name, StringComparer.Ordinal)]));
    }
}
