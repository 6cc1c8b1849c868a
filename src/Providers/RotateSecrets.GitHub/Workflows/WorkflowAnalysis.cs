using System.Runtime.CompilerServices;
using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Following;
using RotateSecrets.GitHub.Workflows.Yaml;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows;

/// <summary>Finds which jobs get which secrets.</summary>
internal static class WorkflowAnalysis
{
    private const string Folder = ".github/workflows/";

    /// <summary>
    /// Finds the references to a secret in the workflows of a branch, through the reusable workflows and actions that they call. A file that is no valid YAML, or can't be had, is a failure, and the
    /// search goes on. A workflow that only others start is reported through those that do; where none of the tree does, on its own, as a possible reference.
    /// </summary>
    /// <param name="tree">The files of the branch.</param>
    /// <param name="secretName">The secret's name, not told apart by case; null for every secret but the token that GitHub makes for each job.</param>
    /// <param name="fetch">Fetches what is called and isn't in the tree.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async IAsyncEnumerable<Outcome<SecretReference>> FindAsync(
        WorkflowTree tree, string? secretName, FileFetch fetch, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (library, wanted) = (new FileLibrary(tree, fetch), new WantedSecret(secretName));
        var onlyCalled = new List<LoadedFile>();
        foreach (var file in tree.Files.Where(static file => IsStarted(file.Path)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (library.Read(file).Failed(out var failure, out var loaded) || Flaw(loaded).Failed(out failure, out loaded))
            {
                if (library.IsNews(library.SpotOf(file.Path), failure))
                {
                    yield return failure;
                }
            }
            else if (loaded.MayMatter && loaded.Workflows.Count > 0)
            {
                // Until somebody mends it, GitHub doesn't run it. What it uses can be told all the same.
                if (loaded.File.Repeated is { } repeated)
                {
                    yield return YamlFailure.At(loaded.Name, loaded.File.PositionOf(repeated.Start), "this name was given before in the same place, and GitHub refuses the file for it (upper and lower case are the same)");
                }

                if (loaded.Workflows.All(static workflow => workflow.IsOnlyCalled))
                {
                    onlyCalled.Add(loaded);
                    continue;
                }

                foreach (var found in await new WorkflowWalk(library, wanted, loaded).RunAsync(cancellation))
                {
                    yield return found;
                }
            }
        }

        await foreach (var found in UncalledAsync(library, wanted, onlyCalled, cancellation))
        {
            yield return found;
        }
    }

    // Those that others of them call are reported through these; of some that call one another in a circle, the first.
    private static async IAsyncEnumerable<Outcome<SecretReference>> UncalledAsync(
        FileLibrary library, WantedSecret wanted, IReadOnlyList<LoadedFile> files, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var walked = new Dictionary<string, IReadOnlyList<SecretReference>>(StringComparer.Ordinal);
        foreach (var file in files.Where(file => !library.Called.Contains(file.Spot.Path)))
        {
            var known = library.Called.ToHashSet(StringComparer.Ordinal);
            var references = new List<SecretReference>();
            foreach (var found in await new WorkflowWalk(library, wanted, file).RunAsync(cancellation))
            {
                if (found.Succeeded(out var reference, out var failure))
                {
                    references.Add(reference);
                }
                else
                {
                    yield return failure;
                }
            }

            foreach (var called in library.Called.Except(known, StringComparer.Ordinal))
            {
                walked.Remove(called);
            }

            walked[file.Spot.Path] = references;
        }

        foreach (var reference in walked.Values.SelectMany(static one => one))
        {
            yield return reference with { IsPossible = true };
        }
    }

    // What GitHub looks at by itself; Dependabot's file has a secrets context for its registries.
    private static bool IsStarted(string path) =>
        (path.StartsWith(Folder, StringComparison.Ordinal) && path.IndexOf('/', Folder.Length) < 0 && IsYaml(path))
        || (path.StartsWith(".github/dependabot.", StringComparison.Ordinal) && IsYaml(path));

    private static bool IsYaml(string path) => path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".yaml", StringComparison.Ordinal);

    private static Outcome<LoadedFile> Flaw(LoadedFile loaded) =>
        loaded.File.Documents.FirstOrDefault(static document => document is not (YamlMap or YamlScalar { Text: "" })) is { } stray
            ? YamlFailure.At(loaded.Name, loaded.File.PositionOf(stray.Start), "a workflow is a set of named values, and this is none")
            : loaded;
}
