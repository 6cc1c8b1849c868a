using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.Runs;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Shapes;

/// <summary>Workflows, runs and jobs as JSON.</summary>
internal static class RunShape
{
    public static string Status(RunStatus status) => status switch
    {
        RunStatus.Queued => "queued",
        RunStatus.Waiting => "waiting",
        RunStatus.InProgress => "in_progress",
        _ => "completed",
    };

    public static JsonObject Workflow(Workflow workflow, Repository repository, Places places) => new()
    {
        ["id"] = workflow.Id,
        ["node_id"] = Places.Node("Workflow", workflow.Id),
        ["name"] = repository.Actions.Text(workflow, repository.DefaultBranch)?.Name ?? workflow.Path,
        ["path"] = workflow.Path,
        ["state"] = workflow.State,
        ["created_at"] = Places.Moment(workflow.CreatedAt),
        ["updated_at"] = Places.Moment(workflow.CreatedAt),
        ["url"] = places.Of($"repos/{repository.FullName}/actions/workflows/{workflow.Id}"),
        ["html_url"] = Places.Page($"{repository.FullName}/blob/{repository.DefaultBranch}/{workflow.Path}"),
        ["badge_url"] = Places.Page($"{repository.FullName}/workflows/{Uri.EscapeDataString(workflow.FileName)}/badge.svg"),
    };

    public static JsonObject Of(Run run, Repository repository, Places places)
    {
        var url = places.Of($"repos/{repository.FullName}/actions/runs/{run.Id}");
        var text = repository.Actions.Text(run.Workflow, run.Branch);
        return new JsonObject
        {
            ["id"] = run.Id,
            ["name"] = text?.Name ?? run.Workflow.Path,
            ["node_id"] = Places.Node("WorkflowRun", run.Id),
            ["head_branch"] = run.Branch,
            ["head_sha"] = run.HeadSha,
            ["path"] = run.Workflow.Path,
            ["display_title"] = text?.Name ?? run.Workflow.FileName,
            ["run_number"] = run.Number,
            ["event"] = run.Event,
            ["status"] = Status(run.Status),
            ["conclusion"] = run.Conclusion,
            ["workflow_id"] = run.Workflow.Id,
            ["check_suite_id"] = run.Id + 1_000_000,
            ["check_suite_node_id"] = Places.Node("CheckSuite", run.Id + 1_000_000),
            ["url"] = url,
            ["html_url"] = Places.Page($"{repository.FullName}/actions/runs/{run.Id}"),
            ["pull_requests"] = new JsonArray(),
            ["created_at"] = Places.Moment(run.CreatedAt),
            ["updated_at"] = Places.Moment(run.UpdatedAt),
            ["actor"] = AccountShape.Of(run.Actor, places),
            ["triggering_actor"] = AccountShape.Of(run.Actor, places),
            ["run_attempt"] = run.Attempt,
            ["run_started_at"] = Places.Moment(run.QueuedAt),
            ["jobs_url"] = $"{url}/jobs",
            ["logs_url"] = $"{url}/logs",
            ["check_suite_url"] = places.Of($"repos/{repository.FullName}/check-suites/{run.Id + 1_000_000}"),
            ["artifacts_url"] = $"{url}/artifacts",
            ["cancel_url"] = $"{url}/cancel",
            ["rerun_url"] = $"{url}/rerun",
            ["previous_attempt_url"] = run.Attempt > 1 ? $"{url}/attempts/{run.Attempt - 1}" : null,
            ["workflow_url"] = places.Of($"repos/{repository.FullName}/actions/workflows/{run.Workflow.Id}"),
            ["head_commit"] = repository.Git.Commit(run.HeadSha) is { } commit ? Head(run.HeadSha, commit) : null,
            ["repository"] = RepositoryShape.Minimal(repository, places),
            ["head_repository"] = RepositoryShape.Minimal(repository, places),
        };
    }

    public static JsonObject Job(Job job, Repository repository, Places places)
    {
        var run = places.Of($"repos/{repository.FullName}/actions/runs/{job.Run.Id}");
        var steps = (string[])["Set up job", .. job.Text.Steps.Contains(job.FailedStep ?? string.Empty, StringComparer.Ordinal) || job.FailedStep is null ? job.Text.Steps : [.. job.Text.Steps, job.FailedStep]];
        var failed = Array.IndexOf(steps, job.FailedStep);
        return new JsonObject
        {
            ["id"] = job.Id,
            ["run_id"] = job.Run.Id,
            ["workflow_name"] = repository.Actions.Text(job.Run.Workflow, job.Run.Branch)?.Name,
            ["head_branch"] = job.Run.Branch,
            ["run_url"] = run,
            ["run_attempt"] = job.Run.Attempt,
            ["node_id"] = Places.Node("CheckRun", job.Id),
            ["head_sha"] = job.Run.HeadSha,
            ["url"] = places.Of($"repos/{repository.FullName}/actions/jobs/{job.Id}"),
            ["html_url"] = Places.Page($"{repository.FullName}/actions/runs/{job.Run.Id}/job/{job.Id}"),
            ["status"] = Status(job.Status),
            ["conclusion"] = job.Conclusion,
            ["created_at"] = Places.Moment(job.Run.QueuedAt),
            ["started_at"] = Places.Moment(job.StartedAt ?? job.Run.QueuedAt),
            ["completed_at"] = job.CompletedAt is { } end ? Places.Moment(end) : null,
            ["name"] = job.Text.Name,
            ["steps"] = job.StartedAt is null ? new JsonArray() : new JsonArray([.. steps.Select((step, index) => Step(job, step, index + 1, failed < 0 ? null : failed + 1))]),
            ["check_run_url"] = places.Of($"repos/{repository.FullName}/check-runs/{job.Id}"),
            ["labels"] = new JsonArray([.. job.Text.Labels.Select(static label => (JsonNode)label)]),
            ["runner_id"] = job.StartedAt is null ? null : 1,
            ["runner_name"] = job.StartedAt is null ? null : "GitHub Actions 1",
            ["runner_group_id"] = job.StartedAt is null ? null : 2,
            ["runner_group_name"] = job.StartedAt is null ? null : "GitHub Actions",
        };
    }

    private static JsonObject Step(Job job, string name, int number, int? failed) => new()
    {
        ["name"] = name,
        ["status"] = job.Status == RunStatus.Completed ? "completed" : number == 1 ? "in_progress" : "queued",
        ["conclusion"] = job.Status != RunStatus.Completed ? null : number == failed ? "failure" : number > failed ? "skipped" : job.Conclusion is "cancelled" ? "cancelled" : "success",
        ["number"] = number,
        ["started_at"] = Places.Moment(job.StartedAt!.Value),
        ["completed_at"] = job.CompletedAt is { } end ? Places.Moment(end) : null,
    };

    private static JsonObject Head(string sha, Commit commit) => new()
    {
        ["id"] = sha,
        ["tree_id"] = commit.Tree,
        ["message"] = commit.Message,
        ["timestamp"] = Places.Moment(commit.At),
        ["author"] = new JsonObject { ["name"] = commit.Author, ["email"] = commit.Email },
        ["committer"] = new JsonObject { ["name"] = commit.Author, ["email"] = commit.Email },
    };
}
