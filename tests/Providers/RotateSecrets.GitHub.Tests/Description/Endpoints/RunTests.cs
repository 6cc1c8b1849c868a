using Octokit;
using RotateSecrets.Peers.GitHub.Runs;

namespace RotateSecrets.GitHub.Tests.Description.Endpoints;

/// <summary>Which value a run of the double gets, and what becomes of it, through Octokit and the official description.</summary>
public sealed class RunTests
{
    private const string Deploy = """
        name: Deploy
        on:
          push:
          workflow_dispatch:
            inputs:
              target: { required: true, type: choice, options: [staging, live] }
        jobs:
          deploy:
            runs-on: ubuntu-latest
            environment: live
            steps:
              - name: Log in
                run: login "${{ secrets.OF_REPOSITORY }}" "${{ secrets.OF_ENVIRONMENT }}"
        """;

    [Fact]
    public async Task A_run_takes_the_repositorys_secrets_when_it_is_queued_and_the_environments_when_its_job_starts()
    {
        await using var github = await StartAsync();
        github.Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Actions.Workflow("deploy.yml").HoldsQueued = true;
            repository.Secrets().Put("OF_REPOSITORY", "old");
            repository.Environment("live").Secrets.Put("OF_ENVIRONMENT", "old");
            repository.Actions.Start("deploy.yml");
            repository.Secrets().Put("OF_REPOSITORY", "new");
            repository.Environment("live").Secrets.Put("OF_ENVIRONMENT", "new");
            repository.Actions.Workflow("deploy.yml").HoldsQueued = false;
        });

        var run = Assert.Single((await Clients.Octokit(github).Actions.Workflows.Runs.List("acme", "proxy")).WorkflowRuns);

        Assert.Equal(WorkflowRunStatus.Completed, run.Status.Value);
        var used = github.Server.Ask(static state => state.Repository("acme/proxy").Actions.Runs[0].Jobs[0].Used.ToDictionary(static one => one.Key, static one => System.Text.Encoding.UTF8.GetString(one.Value)));
        Assert.Equal(("old", "new"), (used["OF_REPOSITORY"], used["OF_ENVIRONMENT"]));
        Assert.Contains(github.Server.Ask(static state => state.Organization("acme").Audit), static one => one.Action == "workflows.prepared_workflow_job");
    }

    [Fact]
    public async Task A_run_waits_for_an_approval_fails_at_the_step_that_is_told_and_can_be_run_again()
    {
        await using var github = await StartAsync();
        github.Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Environment("live").NeedsApproval = true;
            repository.Environment("live").Secrets.Put("OF_ENVIRONMENT", "wrong");
            repository.Actions.Workflow("deploy.yml").SucceedsIf("OF_ENVIRONMENT", "right", "Log in");
        });
        var actions = Clients.Octokit(github).Actions.Workflows;

        await actions.CreateDispatch("acme", "proxy", "deploy.yml", new CreateWorkflowDispatch("main") { Inputs = new Dictionary<string, object> { ["target"] = "live" } });
        var run = Assert.Single((await actions.Runs.ListByWorkflow("acme", "proxy", "deploy.yml")).WorkflowRuns);
        Assert.Equal(WorkflowRunStatus.Waiting, run.Status.Value);
        using var pending = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Get, $"repos/acme/proxy/actions/runs/{run.Id}/pending_deployments");
        Assert.Contains("\"name\":\"live\"", await pending.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        github.Server.Arrange(state => state.Repository("acme/proxy").Actions.Decide(state.Repository("acme/proxy").Actions.Runs[0], "live", isApproved: true));
        var job = Assert.Single((await actions.Jobs.List("acme", "proxy", run.Id)).Jobs);
        Assert.Equal(("Log in", WorkflowJobConclusion.Failure), (job.Steps.Single(static step => step.Conclusion?.Value == WorkflowJobConclusion.Failure).Name, job.Conclusion?.Value));

        github.Server.Arrange(static state =>
        {
            state.Repository("acme/proxy").Environment("live").Secrets.Put("OF_ENVIRONMENT", "right");
            state.Repository("acme/proxy").Environment("live").NeedsApproval = false;
        });
        await actions.Runs.Rerun("acme", "proxy", run.Id);
        run = await actions.Runs.Get("acme", "proxy", run.Id);
        Assert.Equal((2L, WorkflowRunConclusion.Success), (run.RunAttempt, run.Conclusion?.Value));
    }

    [Fact]
    public async Task A_run_that_ignores_being_cancelled_has_to_be_forced()
    {
        await using var github = await StartAsync();
        github.Server.Arrange(static state =>
        {
            var workflow = state.Repository("acme/proxy").Actions.Workflow("deploy.yml");
            (workflow.HoldsRunning, workflow.IgnoresCancel) = (true, true);
            state.Repository("acme/proxy").Actions.Start("deploy.yml");
        });
        var runs = Clients.Octokit(github).Actions.Workflows.Runs;
        var run = Assert.Single((await runs.List("acme", "proxy")).WorkflowRuns);

        await runs.Cancel("acme", "proxy", run.Id);
        Assert.Equal(WorkflowRunStatus.InProgress, (await runs.Get("acme", "proxy", run.Id)).Status.Value);
        using var forced = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Post, $"repos/acme/proxy/actions/runs/{run.Id}/force-cancel");
        Assert.Equal(WorkflowRunConclusion.Cancelled, (await runs.Get("acme", "proxy", run.Id)).Conclusion?.Value);
        Assert.Equal(RunStatus.Completed, github.Server.Ask(static state => state.Repository("acme/proxy").Actions.Runs[0].Status));
    }

    [Theory]
    [InlineData("main", """{"target":"nowhere"}""", "not in the list of allowed values")]
    [InlineData("main", "{}", "Required input 'target' not provided")]
    [InlineData("main", """{"target":"live","other":"1"}""", "Unexpected inputs provided: [\"other\"]")]
    [InlineData("none", """{"target":"live"}""", "No ref found for: none")]
    public async Task A_dispatch_that_does_not_fit_the_workflow_is_refused_in_GitHubs_words(string branch, string inputs, string words)
    {
        await using var github = await StartAsync();

        using var response = await Clients.SendAsync(
            github.Address, github.Server.Operator.Token, HttpMethod.Post, "repos/acme/proxy/actions/workflows/deploy.yml/dispatches", $$"""{"ref":"{{branch}}","inputs":{{inputs}}}""");

        Assert.Equal(422, (int)response.StatusCode);
        Assert.Contains(words, await Clients.MessageAsync(response), StringComparison.Ordinal);
    }

    private static async Task<DescribedGitHub> StartAsync()
    {
        var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Begin", (".github/workflows/deploy.yml", Deploy)));
        return github;
    }
}
