using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows.Files;
using RotateSecrets.GitHub.Workflows.Yaml;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Workflows.Following;

/// <summary>Follows one workflow that GitHub starts through all that it calls.</summary>
/// <param name="library">The files.</param>
/// <param name="wanted">Which secret is searched for.</param>
/// <param name="root">The file of the workflow.</param>
internal sealed class WorkflowWalk(FileLibrary library, WantedSecret wanted, LoadedFile root)
{
    // GitHub's own limits are ten levels, and fifty workflows called.
    private const int Deepest = 50;
    private const int Most = 2_000;

    private readonly ReferenceLedger ledger = new(new ReferenceMaker(root.Spot.Path, wanted));
    private readonly List<Failure> failures = [];
    private readonly HashSet<string> visited = new(StringComparer.Ordinal);

    /// <summary>Follows it.</summary>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>Every reference, and a failure for each file on the way that can't be read.</returns>
    public async Task<IReadOnlyList<Outcome<SecretReference>>> RunAsync(CancellationToken cancellation)
    {
        foreach (var workflow in root.Workflows)
        {
            await VisitAsync(new Visit(root, workflow, HandedSecrets.All, WorkflowInputs.Started(workflow), null, []), cancellation);
        }

        return [.. ledger.References().Select(static reference => (Outcome<SecretReference>)reference), .. failures.Select(static failure => (Outcome<SecretReference>)failure)];
    }

    private async Task VisitAsync(Visit visit, CancellationToken cancellation)
    {
        if (visited.Count >= Most || !visited.Add(visit.Key))
        {
            return;
        }

        // GitHub refuses such a file too.
        if (visit.Workflow.IsExhausted)
        {
            failures.Add(YamlFailure.At(visit.File.Name, visit.File.File.PositionOf(visit.Workflow.Root.Start), "the aliases of this document unfold to more than can be looked at"));
            return;
        }

        foreach (var job in visit.Workflow.Jobs)
        {
            if (job.Uses.Count > 0 || job.Calls is not null)
            {
                await JobAsync(visit, job, cancellation);
            }
        }

        if (visit.Workflow.Outside.Count == 0)
        {
            return;
        }

        // What is said for the whole workflow counts in each of its jobs, and in the environment of each.
        var runners = visit.Workflow.Jobs.Where(static job => job.Calls is null).Select(visit.ScopesOf).ToList();
        foreach (var use in visit.Workflow.Outside)
        {
            var alone = new WorkflowJob(string.Empty, new YamlMap(0, []), []);
            var meanings = (runners.Count > 0 ? runners : [visit.ScopesOf(alone)]).SelectMany(runner => runner.Of(use)).Distinct().ToList();
            ledger.Note(visit, use, visit.Job, meanings);
        }
    }

    private async Task JobAsync(Visit visit, WorkflowJob job, CancellationToken cancellation)
    {
        var scopes = visit.ScopesOf(job);
        var handed = job.Calls is null ? null : new Dictionary<string, List<Origin>>(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, ActionInputs>? actions = null;
        foreach (var use in job.Uses)
        {
            var origins = ledger.Note(visit, use, visit.Job ?? job.Id, scopes.Of(use));
            if (use.HandedAs is { } name && handed is not null)
            {
                handed.TryAdd(name, []);
                handed[name].AddRange(origins);
            }

            if (use.Action is { } action && origins.Count > 0)
            {
                actions ??= new Dictionary<string, ActionInputs>(StringComparer.Ordinal);
                actions.TryAdd(action, new ActionInputs());
                actions[action].Add(use.Input!, origins);
            }
        }

        foreach (var (action, inputs) in actions ?? [])
        {
            failures.AddRange(await ActionWalk.FollowAsync(action, inputs, library, cancellation));
        }

        if (job.Calls is { } calls && handed is not null)
        {
            var secrets = job.Inherit is not null ? visit.Secrets : new HandedSecrets(handed.ToDictionary(
                static one => one.Key, static one => (IReadOnlyList<Origin>)one.Value, StringComparer.OrdinalIgnoreCase));
            await CallAsync(visit, job, calls, secrets, scopes, cancellation);
        }
    }

    private async Task CallAsync(Visit visit, WorkflowJob job, string calls, HandedSecrets secrets, JobScopes scopes, CancellationToken cancellation)
    {
        Failure? failure = null;
        if (CallTarget.Workflow(calls, visit.File.Spot) is { } spot && visit.Through.Count < Deepest && visited.Count < Most)
        {
            if ((await library.LoadAsync(spot, cancellation)).Succeeded(out var called, out failure))
            {
                foreach (var workflow in called.Workflows)
                {
                    foreach (var inputs in WorkflowInputs.Called(workflow, job.Map["with"] as YamlMap, scopes.All))
                    {
                        await VisitAsync(new Visit(called, workflow, secrets, inputs, visit.Job ?? job.Id, [.. visit.Through, Name(called.Spot)]), cancellation);
                    }
                }

                return;
            }

            if (library.IsNews(spot, failure))
            {
                failures.Add(failure);
            }
        }

        if (job.Inherit is { } inherit)
        {
            ledger.NoteInherited(visit, inherit, visit.Job ?? job.Id, wanted);
        }
    }

    private string Name(FileSpot spot) =>
        spot.Repository == library.Tree.Repository && spot.Ref == library.Tree.Branch ? spot.Path : $"{spot.Repository}/{spot.Path}@{spot.Ref}";
}
