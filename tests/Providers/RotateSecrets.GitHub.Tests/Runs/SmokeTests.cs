using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Runs;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Runs;

public sealed class SmokeTests : GitHubTests, ISecretResolver
{
    private const string Smoke = "on:\n  workflow_dispatch:\n    inputs:\n      target: { required: true }\n      colour: { required: true, default: blue }\njobs:\n  smoke:\n    runs-on: ubuntu-latest\n    steps:\n      - name: Log in\n        run: login ${{ secrets.JWT }}\n";

    private static readonly SecretAddress Secret = SecretAddress.Parse("github:acme/proxy/JWT");
    private static readonly RunRequest Request = new() { Workflow = "smoke.yml", Inputs = new Dictionary<string, string>(StringComparer.Ordinal) { ["target"] = "staging" } };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Smoke", (".github/workflows/smoke.yml", Smoke), (".github/workflows/idle.yml", "on: push\njobs: { build: { runs-on: x, steps: [{ run: x }] } }\n"));
            repository.Secrets().Put("JWT", "value");
        });
    }

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) => Store.ReadAsync(address, version, cancellation);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_run_is_found_and_followed_whether_or_not_the_server_tells_which_it_is(bool tells)
    {
        KeepRunIdsBack(!tells);
        Server.Arrange(static state => state.Repository("acme/proxy").Actions.Workflow("smoke.yml").RunFor = TimeSpan.FromMinutes(3));
        var events = await Doors.ValuesAsync(RestartAsync("token-1"));
        Assert.Equal([InstancePhase.Starting, InstancePhase.Healthy], events.Select(static one => one.Phase));
        var run = Assert.Single(Runs());
        Assert.Equal(("success", "staging"), (run.Conclusion, run.Inputs["target"]));
    }

    [Fact]
    public async Task A_server_that_refuses_to_tell_which_run_it_is_is_not_asked_to()
    {
        Server.Before = static question => question.Route.Name.EndsWith("/dispatches", StringComparison.Ordinal) && question.Body["return_run_details"] is not null
            ? Reply.Error(422, "Invalid request.\n\n\"return_run_details\" is not a permitted key.") : null;
        Assert.Equal(InstancePhase.Healthy, Doors.Value(await LastAsync(RestartAsync("token-1"))).Phase);
        Assert.Single(Runs());
    }

    [Fact]
    public async Task A_repeated_demand_follows_the_same_run_also_in_another_session_and_another_token_makes_another()
    {
        await Doors.ValuesAsync(RestartAsync("token-1"));
        await Doors.ValuesAsync(RestartAsync("token-1"));
        await Doors.ValuesAsync((await ConnectAsync()).Controls[0].RestartAsync(await FindAsync(), Restart("token-1"), default));
        Assert.Single(Runs());
        await Doors.ValuesAsync(RestartAsync("token-2"));
        Assert.Equal(2, Runs().Count);
    }

    [Fact]
    public async Task A_demand_whose_answer_was_lost_is_not_made_twice()
    {
        KeepRunIdsBack(true);
        Server.Break(new Fault("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", FaultKind.DropAfter));
        Assert.Equal(Effect.Unknown, (await LastAsync(RestartAsync("token-1"))).Failure?.Effect);
        await Doors.ValuesAsync(RestartAsync("token-1"));
        Assert.Single(Runs());
    }

    [Fact]
    public async Task A_run_that_fails_is_told_with_its_failed_step_and_the_next_demand_makes_another()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Actions.Workflow("smoke.yml").SucceedsIf("JWT", "another value"));
        var failure = (await LastAsync(RestartAsync("token-1"))).Failure!;
        Assert.Equal(FailureCode.InstanceUnhealthy, failure.Code);
        Assert.Contains("'Log in' failure", failure.Message, StringComparison.Ordinal);
        Assert.Contains("/actions/runs/", failure.Message, StringComparison.Ordinal);

        Server.Arrange(static state => state.Repository("acme/proxy").Actions.Workflow("smoke.yml").SucceedsIf("JWT", "value"));
        await Doors.ValuesAsync(RestartAsync("token-1"));
        Assert.Equal(2, Runs().Count);
    }

    [Fact]
    public async Task A_run_that_waits_for_approval_is_shown_as_waiting_and_told_for_what()
    {
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Environment("prod").NeedsApproval = true;
            repository.Commit("main", "Approve", (".github/workflows/smoke.yml", Smoke.Replace("    runs-on", "    environment: prod\n    runs-on", StringComparison.Ordinal)));
        });
        var events = new List<Outcome<InstanceEvent>>();
        await foreach (var happened in RestartAsync("token-1"))
        {
            events.Add(happened);
        }

        Assert.Contains(events, static one => one.Succeeded(out var happened, out _) && happened.Phase == InstancePhase.Waiting);
        Assert.Contains("approve it for prod", events[^1].Failure?.Message, StringComparison.Ordinal);

        Server.Arrange(static state => state.Repository("acme/proxy").Actions.Decide(state.Repository("acme/proxy").Actions.Runs[0], "prod", isApproved: true));
        Assert.Equal(InstancePhase.Healthy, (await Doors.ValuesAsync(RestartAsync("token-1")))[^1].Phase);
        Assert.Single(Runs());
    }

    [Theory]
    [InlineData("nothing.yml", FailureCode.FileNotFound)]
    [InlineData("idle.yml", FailureCode.DocumentInvalid)]
    public async Task A_workflow_that_cant_be_asked_for_is_told_before_it_is(string workflow, FailureCode code)
    {
        Assert.Equal(code, (await LastAsync(RestartAsync("token-1", Request with { Workflow = workflow, Inputs = new Dictionary<string, string>(StringComparer.Ordinal) }))).Failure?.Code);
        Assert.Equal(0, Server.Requests.Count("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"));
    }

    [Theory]
    [InlineData("colour", "wants the input 'target'")]
    [InlineData("size", "no input 'size'")]
    public async Task Inputs_that_dont_fit_are_told_before_it_is_asked_for(string input, string why)
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal) { [input] = "x" };
        var failure = (await LastAsync(RestartAsync("token-1", Request with { Inputs = inputs }))).Failure!;
        Assert.Equal(FailureCode.DocumentInvalid, failure.Code);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_runs_at_the_same_time_are_not_mixed_up()
    {
        KeepRunIdsBack(true);
        Server.Before = static question =>
        {
            if (question.Route.Name.EndsWith("/dispatches", StringComparison.Ordinal) && question.Repository.Actions.Runs.Count == 0)
            {
                question.Repository.Actions.Start("smoke.yml", "workflow_dispatch", inputs: new Dictionary<string, string> { ["target"] = "somebody else's" });
            }

            return null;
        };
        var failure = (await LastAsync(RestartAsync("token-1"))).Failure!;
        Assert.Equal(FailureCode.VersionConflict, failure.Code);
        Assert.Contains("inputs.rotation", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_workflow_nothing_is_run_and_nothing_needs_doing()
    {
        Assert.Equal(InstancePhase.Unchanged, Assert.Single(await Doors.ValuesAsync(Connection.Controls[0].RestartAsync(await FindAsync(), new RestartRequest("token-1", this, Time), default))).Phase);
        Assert.Empty(Runs());
    }

    private void KeepRunIdsBack(bool isOld)
    {
        if (isOld)
        {
            Server.After = static (question, reply) => question.Route.Name.EndsWith("/dispatches", StringComparison.Ordinal) && reply.Status == 200 ? Reply.NoContent : reply;
        }
    }

    private async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(string token, RunRequest? runs = null)
    {
        await foreach (var happened in Connection.Controls[0].RestartAsync(await FindAsync(), Restart(token, runs), default))
        {
            yield return happened;
        }
    }

    private RestartRequest Restart(string token, RunRequest? runs = null) => new(token, this, Time) { Runs = runs ?? Request };

    private async Task<Consumer> FindAsync() => Assert.Single(await Doors.ValuesAsync(Connection.Sources[0].FindAsync(Secret, Cancellation)));

    private List<Run> Runs() => Server.Ask(static state => state.Repository("acme/proxy").Actions.Runs.ToList());

    private static async Task<Outcome<InstanceEvent>> LastAsync(IAsyncEnumerable<Outcome<InstanceEvent>> events)
    {
        Outcome<InstanceEvent>? last = null;
        await foreach (var happened in events)
        {
            last = happened;
        }

        return last!.Value;
    }
}
