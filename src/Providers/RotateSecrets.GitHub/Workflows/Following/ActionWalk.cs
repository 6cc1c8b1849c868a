using RotateSecrets.GitHub.Workflows.Expressions;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Yaml;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>Which secrets an action is given as its inputs.</summary>
internal sealed class ActionInputs
{
    private readonly Dictionary<string, HashSet<Origin>> named = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds what is given as an input.</summary>
    public void Add(string input, IEnumerable<Origin> origins)
    {
        named.TryAdd(input, []);
        named[input].UnionWith(origins);
    }

    /// <summary>What a use of the inputs gets.</summary>
    public IReadOnlyList<Origin> Of(ContextUse use) => use.Name is { } name
        ? named.TryGetValue(name, out var origins) ? [.. origins] : []
        : [.. named.Values.SelectMany(static one => one).Distinct()];
}

/// <summary>Follows secrets into actions. An action has no secrets context: it has what its inputs are given.</summary>
internal static class ActionWalk
{
    // GitHub's own limit.
    private const int Deepest = 10;

    /// <summary>Follows what a step gives to an action, and notes where the action uses it.</summary>
    /// <param name="action">The action, as the step writes it.</param>
    /// <param name="inputs">What it is given.</param>
    /// <param name="library">The files.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>A failure for each file on the way that can't be read.</returns>
    public static Task<IReadOnlyList<Failure>> FollowAsync(string action, ActionInputs inputs, FileLibrary library, CancellationToken cancellation) =>
        FollowAsync(action, inputs, library, 0, cancellation);

    private static async Task<IReadOnlyList<Failure>> FollowAsync(string action, ActionInputs inputs, FileLibrary library, int depth, CancellationToken cancellation)
    {
        if (depth > Deepest || CallTarget.Action(action, library.Tree) is not { } folder)
        {
            return [];
        }

        var spot = folder with { Path = folder.Path.Length == 0 ? "action.yml" : $"{folder.Path}/action.yml" };
        var loaded = await library.LoadAsync(spot, cancellation);
        if (loaded.Failure?.Code == FailureCode.FileNotFound)
        {
            spot = spot with { Path = Path.ChangeExtension(spot.Path, "yaml") };
            loaded = await library.LoadAsync(spot, cancellation);
        }

        if (loaded.Failed(out var failure, out var file))
        {
            return library.IsNews(spot, failure) ? [failure] : [];
        }

        var failures = new List<Failure>();
        var further = new Dictionary<string, ActionInputs>(StringComparer.Ordinal);
        foreach (var use in UsesOf(file))
        {
            var origins = inputs.Of(use.Use);
            var place = ReferenceMaker.SpotOf(file, use) with { Name = null };
            foreach (var origin in origins)
            {
                origin.UsedAt(place);
            }

            if (use.Action is { } called && origins.Count > 0)
            {
                further.TryAdd(called, new ActionInputs());
                further[called].Add(use.Input!, origins);
            }
        }

        foreach (var (called, given) in further)
        {
            failures.AddRange(await FollowAsync(called, given, library, depth + 1, cancellation));
        }

        return failures;
    }

    private static IReadOnlyList<SecretUse> UsesOf(LoadedFile file)
    {
        var collector = new UseCollector("inputs");
        foreach (var (key, value) in file.File.Documents.OfType<YamlMap>().Select(static root => root["runs"]).OfType<YamlMap>().SelectMany(static runs => runs.Entries))
        {
            if (key.Is("steps") && value is YamlList steps)
            {
                collector.CollectSteps(steps);
            }
            else
            {
                collector.Collect(value);
            }
        }

        return collector.Taken();
    }
}
