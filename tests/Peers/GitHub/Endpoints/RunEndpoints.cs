using System.Globalization;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Runs;
using RotateSecrets.Peers.GitHub.Shapes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>Runs and their jobs.</summary>
internal static class RunEndpoints
{
    private const string One = "/repos/{owner}/{repo}/actions/runs/{run_id}";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET /repos/{owner}/{repo}/actions/runs", "actions=read", static question => List(question, question.Repository.Actions.Runs)),
        new($"GET {One}", "actions=read", static question => Reply.Ok(RunShape.Of(Find(question), question.Repository, question.Places))),
        new($"GET {One}/jobs", "actions=read", static question => Paging.Page(question, "jobs", Find(question).Jobs, job => RunShape.Job(job, question.Repository, question.Places))),
        new($"GET {One}/pending_deployments", "actions=read", Pending),
        new($"POST {One}/pending_deployments", "deployments=write", Decide),
        new($"POST {One}/rerun", "actions=write", static question => Rerun(question, onlyFailed: false)),
        new($"POST {One}/rerun-failed-jobs", "actions=write", static question => Rerun(question, onlyFailed: true)),
        new($"POST {One}/cancel", "actions=write", static question => Cancel(question, isForced: false)),
        new($"POST {One}/force-cancel", "actions=write", static question => Cancel(question, isForced: true)),
    ];

    /// <summary>Runs, the newest first, as the query narrows them down.</summary>
    public static Reply List(Question question, IEnumerable<Run> runs)
    {
        var (from, to) = Span(question.Query("created"));
        var status = question.Query("status");
        return Paging.Page(
            question,
            "workflow_runs",
            runs.Reverse()
                .Where(run => question.Query("branch") is not { } branch || run.Branch == branch)
                .Where(run => question.Query("event") is not { } trigger || run.Event == trigger)
                .Where(run => question.Query("actor") is not { } actor || string.Equals(run.Actor.Login, actor, StringComparison.OrdinalIgnoreCase))
                .Where(run => question.Query("head_sha") is not { } sha || run.HeadSha == sha)
                .Where(run => status is null || RunShape.Status(run.Status) == status || run.Conclusion == status)
                .Where(run => Seconds(run.CreatedAt) >= from && Seconds(run.CreatedAt) <= to)
                .ToList(),
            run => RunShape.Of(run, question.Repository, question.Places));
    }

    /// <summary>Reads a span as GitHub's search has it: <c>&gt;=T</c>, <c>&lt;T</c>, <c>T..T</c>, <c>T..*</c>, <c>T</c>.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) Span(string? text)
    {
        var second = TimeSpan.FromSeconds(1);
        return text switch
        {
            null => (DateTimeOffset.MinValue, DateTimeOffset.MaxValue),
            ['>', '=', .. var from] => (Moment(from), DateTimeOffset.MaxValue),
            ['<', '=', .. var to] => (DateTimeOffset.MinValue, End(to)),
            ['>', .. var from] => (End(from) + second, DateTimeOffset.MaxValue),
            ['<', .. var to] => (DateTimeOffset.MinValue, Moment(to) - second),
            _ when text.Split("..") is [var from, var to] => (from == "*" ? DateTimeOffset.MinValue : Moment(from), to == "*" ? DateTimeOffset.MaxValue : End(to)),
            _ => (Moment(text), End(text)),
        };
    }

    private static Run Find(Question question) => question.Repository.Actions.Runs.FirstOrDefault(run => run.Id == question.Number("run_id")) ?? throw new Refusal(Reply.NotFound);

    private static Reply Pending(Question question) => Reply.Ok(new JsonArray([.. Waiting(question).Select(environment => new JsonObject
    {
        ["environment"] = new JsonObject
        {
            ["id"] = environment.Id,
            ["node_id"] = Places.Node("Environment", environment.Id),
            ["name"] = environment.Name,
            ["url"] = question.Places.Of($"repos/{question.Repository.FullName}/environments/{Uri.EscapeDataString(environment.Name)}"),
            ["html_url"] = Places.Page($"{question.Repository.FullName}/deployments/activity_log?environments_filter={Uri.EscapeDataString(environment.Name)}"),
        },
        ["wait_timer"] = 0,
        ["wait_timer_started_at"] = null,
        ["current_user_can_approve"] = true,
        ["reviewers"] = new JsonArray(new JsonObject { ["type"] = "User", ["reviewer"] = AccountShape.Of(question.State.User("octo-boss"), question.Places) }),
    })]));

    private static List<DeploymentEnvironment> Waiting(Question question) => [.. Find(question).Jobs.Where(static job => job.Status == RunStatus.Waiting)
        .Select(job => question.Repository.Environment(job.Text.Environment!)).Distinct()];

    private static Reply Decide(Question question)
    {
        var run = Find(question);
        var ids = (question.Body["environment_ids"] as JsonArray)?.Select(static id => id!.GetValue<long>()).ToList() ?? [];
        var chosen = Waiting(question).Where(environment => ids.Contains(environment.Id)).ToList();
        if (chosen.Count != ids.Count || ids.Count == 0)
        {
            return Reply.Error(422, "There are no pending deployment requests to approve or reject");
        }

        foreach (var environment in chosen)
        {
            question.Repository.Actions.Decide(run, environment.Name, question.Text("state") == "approved");
        }

        return Reply.Ok(new JsonArray([.. chosen.Select(environment => Deployment(question, run, environment))]));
    }

    private static JsonObject Deployment(Question question, Run run, DeploymentEnvironment environment)
    {
        var url = question.Places.Of($"repos/{question.Repository.FullName}/deployments/{environment.Id}");
        return new JsonObject
        {
            ["url"] = url,
            ["id"] = environment.Id,
            ["node_id"] = Places.Node("Deployment", environment.Id),
            ["sha"] = run.HeadSha,
            ["ref"] = run.Branch,
            ["task"] = "deploy",
            ["payload"] = new JsonObject(),
            ["original_environment"] = environment.Name,
            ["environment"] = environment.Name,
            ["description"] = null,
            ["creator"] = AccountShape.Of(run.Actor, question.Places),
            ["created_at"] = Places.Moment(run.QueuedAt),
            ["updated_at"] = Places.Moment(question.State.Now),
            ["statuses_url"] = $"{url}/statuses",
            ["repository_url"] = question.Places.Of($"repos/{question.Repository.FullName}"),
        };
    }

    private static Reply Rerun(Question question, bool onlyFailed)
    {
        var run = Find(question);
        if (run.Status != RunStatus.Completed)
        {
            return Reply.Error(403, "This workflow is already running");
        }

        question.Repository.Actions.Rerun(run, onlyFailed);
        return Reply.Created(new JsonObject());
    }

    private static Reply Cancel(Question question, bool isForced)
    {
        var run = Find(question);
        if (run.Status == RunStatus.Completed)
        {
            return Reply.Error(409, "Cannot cancel a workflow run that is completed.");
        }

        question.Repository.Actions.Cancel(run, isForced);
        return new Reply(202, new JsonObject());
    }

    private static DateTimeOffset Seconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    private static DateTimeOffset Moment(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
        ? moment
        : throw new Refusal(Reply.Error(422, "Invalid date"));

    // A day means all of it.
    private static DateTimeOffset End(string text) => text.Length == 10 ? Moment(text).AddDays(1).AddSeconds(-1) : Moment(text);
}
