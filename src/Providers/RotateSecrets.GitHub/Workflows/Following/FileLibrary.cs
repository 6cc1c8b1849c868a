using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>The files of one search: those of the tree, and what else is called. Each is read once.</summary>
/// <param name="tree">The tree.</param>
/// <param name="fetch">Fetches what isn't in the tree.</param>
internal sealed class FileLibrary(WorkflowTree tree, FileFetch fetch)
{
    private readonly Dictionary<FileSpot, Outcome<LoadedFile>> loaded = [];
    private readonly Dictionary<string, WorkflowFile> files = Index(tree);
    private readonly HashSet<FileSpot> told = [];

    /// <summary>The tree.</summary>
    public WorkflowTree Tree => tree;

    /// <summary>The files of the tree that are called by others of it.</summary>
    public HashSet<string> Called { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a file of the tree lies.</summary>
    public FileSpot SpotOf(string path) => new(tree.Repository, path, tree.Branch);

    /// <summary>Reads a file of the tree.</summary>
    public Outcome<LoadedFile> Read(WorkflowFile file)
    {
        var spot = SpotOf(file.Path);
        if (!loaded.TryGetValue(spot, out var known))
        {
            loaded[spot] = known = LoadedFile.Read(spot, file.Content);
        }

        return known;
    }

    /// <summary>Reads a file that is called.</summary>
    /// <returns>The file; <see cref="FailureCode.FileNotFound"/> where there is none, or no access to it.</returns>
    public async Task<Outcome<LoadedFile>> LoadAsync(FileSpot spot, CancellationToken cancellation)
    {
        if (spot.Repository.Equals(tree.Repository, StringComparison.OrdinalIgnoreCase) && Short(spot.Ref) == Short(tree.Branch))
        {
            spot = SpotOf(spot.Path);
            Called.Add(spot.Path);
            if (files.TryGetValue(spot.Path, out var own))
            {
                return Read(own);
            }
        }

        if (!loaded.TryGetValue(spot, out var known))
        {
            loaded[spot] = known = (await fetch(spot, cancellation)).Succeeded(out var file, out var failure) ? LoadedFile.Read(spot, file.Content) : failure;
        }

        return known;
    }

    /// <summary>Whether why a called file can't be read hasn't been told yet. What isn't there is told by what remains of the call.</summary>
    public bool IsNews(FileSpot spot, Failure failure) => failure.Code != FailureCode.FileNotFound && told.Add(spot);

    private static string Short(string reference) => reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? reference["refs/heads/".Length..] : reference;

    private static Dictionary<string, WorkflowFile> Index(WorkflowTree tree)
    {
        var index = new Dictionary<string, WorkflowFile>(StringComparer.Ordinal);
        foreach (var file in tree.Files)
        {
            index[file.Path] = file;
        }

        return index;
    }
}
