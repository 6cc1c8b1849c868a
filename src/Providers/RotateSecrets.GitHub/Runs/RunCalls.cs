using System.Collections.Concurrent;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.Outcomes;
using IGitHubClient = Octokit.IGitHubClient;

namespace RotateSecrets.GitHub.Runs;

/// <summary>The requests about runs. Lists are asked for by their ETag: what hasn't changed costs nothing of the hourly limit.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class RunCalls(GitHubApi api)
{
    private const int NotModified = 304;

    private static readonly string[] Active = ["queued", "in_progress", "waiting", "pending", "requested"];

    private readonly ConcurrentDictionary<string, (string Tag, IReadOnlyList<WorkflowRun> Runs)> lists = new(StringComparer.Ordinal);

    /// <summary>All runs of a repository that haven't ended.</summary>
    public async Task<Outcome<IReadOnlyList<WorkflowRun>>> ActiveAsync(string repository, CancellationToken cancellation)
    {
        // A run that goes on from one state to the next between two requests is found by the later one, or twice.
        var runs = new Dictionary<long, WorkflowRun>();
        foreach (var status in Active)
        {
            if ((await ListAsync(repository, $"repos/{BranchList.Escaped(repository)}/actions/runs?status={status}&per_page=100", "GET /repos/{owner}/{repo}/actions/runs", cancellation))
                .Failed(out var failure, out var some))
            {
                return failure;
            }

            foreach (var run in some.Where(static run => !run.IsCompleted))
            {
                runs[run.Id] = run;
            }
        }

        return runs.Values.OrderBy(static run => run.Id).ToList();
    }

    /// <summary>The runs of a workflow that were dispatched since a moment, oldest first.</summary>
    public async Task<Outcome<IReadOnlyList<WorkflowRun>>> DispatchedAsync(string repository, string workflow, DateTimeOffset since, CancellationToken cancellation) =>
        (await ListAsync(
            repository,
            $"repos/{BranchList.Escaped(repository)}/actions/workflows/{Uri.EscapeDataString(workflow)}/runs?event=workflow_dispatch&created={Uri.EscapeDataString(">=" + since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))}&per_page=100",
            "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
            cancellation)).Map<IReadOnlyList<WorkflowRun>>(static runs => [.. runs.OrderBy(static run => run.Id)]);

    /// <summary>One run.</summary>
    public async Task<Outcome<WorkflowRun>> GetAsync(string repository, long id, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(
            Need(repository, "GET /repos/{owner}/{repo}/actions/runs/{run_id}"), FormattableString.Invariant($"repos/{BranchList.Escaped(repository)}/actions/runs/{id}"), cancellation);
        return asked.Failed(out var failure, out var answer) ? failure
            : WorkflowRun.Of(answer.Body) is { } run ? run
            : new Failure(FailureCode.StoreUnavailable, repository, $"Half an answer came for run {id} of {repository}.");
    }

    /// <summary>When the first job of a run began; null where none has.</summary>
    public async Task<Outcome<DateTimeOffset?[]>> StartedAsync(string repository, long id, CancellationToken cancellation)
    {
        var started = new List<DateTimeOffset?>();
        await foreach (var listed in api.PagesAsync(JobsNeed(repository), JobsPath(repository, id), "jobs", cancellation))
        {
            if (listed.Failed(out var failure, out var job))
            {
                return failure;
            }

            started.Add(job.Text("status") is "in_progress" or "completed" ? job.Moment("started_at") : null);
        }

        return started.ToArray();
    }

    /// <summary>The steps of a run that failed, for people.</summary>
    public async Task<Outcome<IReadOnlyList<string>>> FailedStepsAsync(string repository, long id, CancellationToken cancellation)
    {
        var failed = new List<string>();
        await foreach (var listed in api.PagesAsync(JobsNeed(repository), JobsPath(repository, id), "jobs", cancellation))
        {
            if (listed.Failed(out var failure, out var job))
            {
                return failure;
            }

            if (job.Text("conclusion") is not (null or "success" or "skipped"))
            {
                var steps = job.At("steps").Items().Where(static step => step.Text("conclusion") is "failure" or "timed_out" or "cancelled")
                    .Select(static step => FormattableString.Invariant($"step {step.Number("number")} '{step.Text("name")}' {step.Text("conclusion")}")).ToList();
                failed.Add($"job {job.Text("name")}: {(steps.Count == 0 ? job.Text("conclusion") : string.Join(", ", steps))}");
            }
        }

        return failed;
    }

    /// <summary>The environments for which a run waits to be approved, for people.</summary>
    public async Task<IReadOnlyList<string>> PendingAsync(string repository, long id, CancellationToken cancellation)
    {
        var asked = await api.GetAsync(
            Need(repository, "GET /repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments"),
            FormattableString.Invariant($"repos/{BranchList.Escaped(repository)}/actions/runs/{id}/pending_deployments"),
            cancellation);
        return asked.Succeeded(out var answer, out _)
            ? [.. answer.Body.Items().Select(static pending => pending.At("environment").Text("name")).OfType<string>()]
            : [];
    }

    /// <summary>Asks a run to end.</summary>
    public Task<Outcome<bool>> CancelAsync(string repository, long id, CancellationToken cancellation) =>
        ActAsync(repository, "cancel", (client, owner, name) => client.Actions.Workflows.Runs.Cancel(owner, name, id), cancellation);

    /// <summary>Lets a run be run again.</summary>
    public Task<Outcome<bool>> RerunAsync(string repository, long id, CancellationToken cancellation) =>
        ActAsync(repository, "rerun", (client, owner, name) => client.Actions.Workflows.Runs.Rerun(owner, name, id), cancellation);

    private Task<Outcome<bool>> ActAsync(string repository, string action, Func<IGitHubClient, string, string, Task> act, CancellationToken cancellation)
    {
        var (owner, name) = ContentQuery.Parts(repository);
        return api.CallAsync(
            new CallNeed(repository, $"POST /repos/{{owner}}/{{repo}}/actions/runs/{{run_id}}/{action}", "Actions: write"),
            async client =>
            {
                await act(client, owner, name);
                return true;
            },
            cancellation);
    }

    private async Task<Outcome<IReadOnlyList<WorkflowRun>>> ListAsync(string repository, string path, string operation, CancellationToken cancellation)
    {
        var known = lists.GetValueOrDefault(path);
        var runs = new List<WorkflowRun>();
        string? tag = null;
        var pages = 0;
        for (Uri? next = new(path, UriKind.Relative); next is not null; pages++)
        {
            if ((await api.GetAsync(Need(repository, operation), next, cancellation, pages == 0 ? known.Tag : null)).Failed(out var failure, out var page))
            {
                return failure;
            }

            if (page.Status == NotModified)
            {
                return Outcome.Of(known.Runs);
            }

            tag = page.ETag;
            runs.AddRange(page.Body.At("workflow_runs").Items().Select(WorkflowRun.Of).OfType<WorkflowRun>());
            next = page.Next();
        }

        if (pages == 1 && tag is not null)
        {
            lists[path] = (tag, runs);
        }

        return runs;
    }

    private static string JobsPath(string repository, long id) => FormattableString.Invariant($"repos/{BranchList.Escaped(repository)}/actions/runs/{id}/jobs?per_page=100");

    private static CallNeed JobsNeed(string repository) => Need(repository, "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs");

    private static CallNeed Need(string repository, string operation) => new(repository, operation, "Actions: read");
}
