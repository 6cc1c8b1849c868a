using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Runs;
using RotateSecrets.Peers.GitHub.Shapes;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>Workflows, and starting them by hand.</summary>
internal static class WorkflowEndpoints
{
    private const int MostInputs = 25;

    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET /repos/{owner}/{repo}/actions/workflows", "actions=read", static question =>
            Paging.Page(question, "workflows", question.Repository.Actions.All(), workflow => RunShape.Workflow(workflow, question.Repository, question.Places))),
        new("GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}", "actions=read", static question => Reply.Ok(RunShape.Workflow(Find(question), question.Repository, question.Places))),
        new("GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", "actions=read", static question =>
        {
            var workflow = Find(question);
            return RunEndpoints.List(question, question.Repository.Actions.Runs.Where(run => run.Workflow == workflow));
        }),
        new("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", "actions=write", Dispatch),
    ];

    private static Workflow Find(Question question) => question.Repository.Actions.Find(question.Values["workflow_id"]) ?? throw new Refusal(Reply.NotFound);

    private static Reply Dispatch(Question question)
    {
        var repository = question.Repository;
        var workflow = Find(question);
        var branch = question.Text("ref") ?? string.Empty;
        branch = branch.StartsWith("refs/heads/", StringComparison.Ordinal) ? branch["refs/heads/".Length..] : branch;
        if (!repository.Branches.ContainsKey(branch))
        {
            return Reply.Error(422, $"No ref found for: {branch}");
        }

        if (workflow.State != "active")
        {
            return Reply.Error(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
        }

        if (repository.Actions.Text(workflow, branch) is not { } text || !text.Triggers.Contains("workflow_dispatch"))
        {
            return Reply.Error(422, "Workflow does not have 'workflow_dispatch' trigger");
        }

        var run = repository.Actions.Start(workflow.FileName, "workflow_dispatch", branch, question.Caller.User, Inputs(question, text));
        var url = question.Places.Of($"repos/{repository.FullName}/actions/runs/{run.Id}");
        return question.Body["return_run_details"] is JsonValue wanted && wanted.TryGetValue<bool>(out var isWanted) && isWanted
            ? Reply.Ok(new JsonObject { ["workflow_run_id"] = run.Id, ["run_url"] = url, ["html_url"] = Places.Page($"{repository.FullName}/actions/runs/{run.Id}") })
            : Reply.NoContent;
    }

    private static Dictionary<string, string> Inputs(Question question, WorkflowText text)
    {
        var given = (question.Body["inputs"] as JsonObject)?.ToDictionary(
            static input => input.Key,
            static input => input.Value?.GetValueKind() is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number ? input.Value.ToString() : string.Empty,
            StringComparer.Ordinal) ?? [];
        if (given.Count > MostInputs)
        {
            throw new Refusal(Reply.Error(422, $"you may only define up to {MostInputs} `inputs` for a `workflow_dispatch` event"));
        }

        var unknown = given.Keys.Except(text.Inputs.Select(static input => input.Name), StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new Refusal(Reply.Error(422, $"Unexpected inputs provided: [{string.Join(", ", unknown.Select(static name => $"\"{name}\""))}]"));
        }

        foreach (var input in text.Inputs)
        {
            if (!given.ContainsKey(input.Name) && input.Default is { } otherwise)
            {
                given[input.Name] = otherwise;
            }

            if (input.IsRequired && string.IsNullOrEmpty(given.GetValueOrDefault(input.Name)))
            {
                throw new Refusal(Reply.Error(422, $"Required input '{input.Name}' not provided"));
            }

            if (input.Type == "choice" && given.TryGetValue(input.Name, out var chosen) && !input.Options.Contains(chosen, StringComparer.Ordinal))
            {
                throw new Refusal(Reply.Error(422, $"Provided value '{chosen}' for input '{input.Name}' not in the list of allowed values"));
            }
        }

        return given;
    }
}
