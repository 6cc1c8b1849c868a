using System.Text;
using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Rotations;

/// <summary>A repository's secret that a workflow hands on to a reusable one, and a smoke test that shows whether it works.</summary>
public sealed class RotationTests : GitHubTests
{
    private const string Caller = """
        # Deploys what was pushed.
        on: push
        jobs:
          deploy:
            uses: ./.github/workflows/reusable.yml
            secrets:
              token: ${{ secrets.JWT }}   # the key of the proxy

        """;

    private const string Reusable = """
        on:
          workflow_call:
            secrets:
              token:
                required: true
        jobs:
          run:
            runs-on: ubuntu-latest
            steps:
              - run: deploy
                env: { TOKEN: "${{ secrets.token }}" }

        """;

    private const string Smoke = """
        run-name: Smoke ${{ inputs.rotation }}
        on:
          workflow_dispatch:
            inputs:
              rotation: { required: true }
              target: { required: true }
        jobs:
          smoke:
            runs-on: ubuntu-latest
            steps:
              - name: Log in
                run: login "${{ secrets.JWT }}" https://proxy/

        """;

    private static readonly RotationPlan Plan = new(SecretAddress.Parse("github:acme/proxy/JWT"))
    {
        Runs = new RunRequest { Workflow = "smoke.yml", Inputs = new Dictionary<string, string>(StringComparer.Ordinal) { ["target"] = "staging" }, Direct = true },
        ConvergenceDeadline = TimeSpan.FromSeconds(20),
    };

    private RotationHouse house = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Deploy", (".github/workflows/deploy.yml", Caller), (".github/workflows/reusable.yml", Reusable), (".github/workflows/smoke.yml", Smoke));
            repository.Secrets().Put("JWT", "the old value");
            repository.Actions.Workflow("smoke.yml").Judge = static job => job.Used.Values.Any(static value => Encoding.UTF8.GetString(value) is "the new value" or "the old value") ? null : "Log in";
        });
        house = await RotationHouse.BuildAsync(Connection, Folder, Plan);
    }

    public override async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_whole_rotation_switches_verifies_and_retires_and_leaves_the_workflows_as_they_were()
    {
        var record = await RunAsync();

        Assert.True(record.State == RotationState.Completed, string.Join("\n", house.Failures));
        var secret = Assert.Single(Secrets());
        Assert.Equal(("JWT", "the new value", false), (secret.Name, secret.Text, secret.IsGarbage));
        Assert.Equal(Caller, Read("deploy.yml"));
        Assert.Equal(Reusable, Read("reusable.yml"));
        Assert.Equal(Smoke, Read("smoke.yml"));

        // Once with each name; and each run was given what was to be shown.
        var runs = Server.Ask(static state => state.Repository("acme/proxy").Actions.Runs.Where(static run => run.Event == "workflow_dispatch").ToList());
        Assert.Equal(2, runs.Count);
        Assert.All(runs, static run => Assert.Equal(("success", "staging"), (run.Conclusion, run.Inputs["target"])));
        Assert.Equal(2, runs.Select(static run => run.Inputs["rotation"]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_value_that_doesnt_work_never_takes_the_old_ones_place_and_everything_goes_back()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Actions.Workflow("smoke.yml").Judge =
            static job => job.Used.Values.Any(static value => Encoding.UTF8.GetString(value) == "the old value") ? null : "Log in");

        var record = await RunAsync();

        Assert.True(record.State == RotationState.Undone, $"{record.State}: {string.Join("\n", house.Failures)}");
        Assert.Contains(record.Steps, static step => step.Kind == StepKind.Restart && step.Message.Length > 0);
        Assert.Contains(house.Failures.Select(static failure => failure.Message).Concat(Messages(record)), static text => text.Contains("'Log in'", StringComparison.Ordinal));
        Assert.Equal("the old value", Assert.Single(Secrets()).Text);
        Assert.Equal(1, Server.Ask(static state => state.Repository("acme/proxy").Secrets().Find("JWT")!.Writes));
        Assert.Equal(Caller, Read("deploy.yml"));
    }

    [Fact]
    public async Task By_default_a_change_is_proposed_and_the_rotation_goes_on_once_it_is_accepted()
    {
        house.Plan = Plan with { Runs = Plan.Runs! with { Direct = false } };
        var record = await RunAsync();
        Assert.True(record.State == RotationState.Stopped, string.Join("\n", house.Failures));
        var proposal = Assert.Single(Pulls());
        Assert.Contains(house.Said, said => said.Contains($"/pull/{proposal.Number}", StringComparison.Ordinal));
        Assert.Equal(Caller, Read("deploy.yml"));
        Assert.Equal(Caller.Replace("secrets.JWT", "secrets.JWT_NEW", StringComparison.Ordinal), Server.Ask(state => state.Repository("acme/proxy").Read(proposal.Head, ".github/workflows/deploy.yml")));

        // Nobody has accepted it: the same proposal stays, and no second one is made.
        await house.ResumeAsync(record.Id);
        Assert.Single(Pulls());

        Merge(proposal);
        record = await house.ResumeAsync(record.Id);
        Assert.Equal("the new value", Server.Ask(static state => state.Repository("acme/proxy").Secrets().Find("JWT")!.Text));
        Merge(Pulls()[^1]);
        record = await house.ResumeAsync(record.Id);

        Assert.True(record.State == RotationState.Completed, string.Join("\n", house.Failures));
        Assert.Equal(Caller, Read("deploy.yml"));
        Assert.Equal("JWT", Assert.Single(Secrets()).Name);
    }

    [Fact]
    public async Task Undoing_takes_back_what_was_proposed_and_leaves_nothing()
    {
        house.Plan = Plan with { Runs = Plan.Runs! with { Direct = false } };
        var record = await RunAsync();

        record = await house.UndoAsync(record.Id);

        Assert.True(record.State == RotationState.Undone, string.Join("\n", house.Failures));
        Assert.False(Assert.Single(Pulls()).IsOpen);
        Assert.Equal(["main"], Server.Ask(static state => state.Repository("acme/proxy").Branches.Keys.ToList()));
        Assert.Equal("the old value", Assert.Single(Secrets()).Text);
    }

    [Fact]
    public async Task A_rename_leaves_the_new_name_in_place()
    {
        house.Plan = Plan with { Strategy = StrategyKind.Rename };
        var record = await RunAsync();

        Assert.True(record.State == RotationState.Completed, string.Join("\n", house.Failures));
        Assert.Equal(("JWT_NEW", "the new value"), (Assert.Single(Secrets()).Name, Secrets()[0].Text));
        Assert.Equal(Caller.Replace("secrets.JWT", "secrets.JWT_NEW", StringComparison.Ordinal), Read("deploy.yml"));
    }

    [Fact]
    public async Task Overwriting_what_nobody_holds_has_to_be_allowed()
    {
        house.Plan = Plan with { Strategy = StrategyKind.Overwrite };
        await RunAsync();
        Assert.Contains(house.Failures, static failure => failure.Code == FailureCode.RollbackImpossible);
        Assert.Equal("the old value", Assert.Single(Secrets()).Text);

        house.Plan = Plan with { Strategy = StrategyKind.Overwrite, AllowIrreversible = true };
        Assert.Equal(RotationState.Completed, (await RunAsync()).State);
        Assert.Equal("the new value", Assert.Single(Secrets()).Text);
    }

    [Fact]
    public async Task The_old_value_isnt_let_go_as_long_as_a_run_has_it()
    {
        Server.Arrange(static state =>
        {
            var actions = state.Repository("acme/proxy").Actions;
            actions.Workflow("deploy.yml").HoldsRunning = true;
            actions.Start("deploy.yml");
        });
        house.Plan = Plan with { ConvergenceDeadline = TimeSpan.FromSeconds(2), UndoOnFailure = false };
        var record = await RunAsync();
        Assert.Contains(house.Failures, static failure => failure.Code == FailureCode.NotConverged);

        Server.Arrange(static state => state.Repository("acme/proxy").Actions.Workflow("deploy.yml").HoldsRunning = false);
        record = await house.ResumeAsync(record.Id);
        Assert.True(record.State == RotationState.Completed, string.Join("\n", house.Failures));
    }

    [Theory]
    [InlineData(RunDrainMode.Cancel, "cancelled", 1)]
    [InlineData(RunDrainMode.Rerun, null, 2)]
    public async Task Runs_with_the_old_value_are_ended_as_the_plan_says(RunDrainMode drain, string? conclusion, int attempt)
    {
        Server.Arrange(static state =>
        {
            var actions = state.Repository("acme/proxy").Actions;
            actions.Workflow("deploy.yml").HoldsRunning = true;
            actions.Start("deploy.yml");
        });
        house.Plan = Plan with { Runs = Plan.Runs! with { Drain = drain } };

        var record = await RunAsync();

        Assert.True(record.State == RotationState.Completed, string.Join("\n", house.Failures));
        var run = Server.Ask(static state => state.Repository("acme/proxy").Actions.Runs.First(static run => run.Event == "push"));
        Assert.Equal((conclusion, attempt), (run.Conclusion, run.Attempt));
        if (drain == RunDrainMode.Rerun)
        {
            Assert.Equal("the new value", Encoding.UTF8.GetString(run.Secrets["JWT"]));
        }
    }

    private Task<SecretRotation> RunAsync() => house.RunAsync(new RotationOptions { Value = SecretValue.FromText("the new value") });

    private List<StoredSecret> Secrets() => Server.Ask(static state => state.Repository("acme/proxy").Secrets().All.ToList());

    private string Read(string file) => Server.Ask(state => state.Repository("acme/proxy").Read("main", $".github/workflows/{file}"))!;

    private List<PullRequest> Pulls() => Server.Ask(static state => state.Repository("acme/proxy").Pulls.ToList());

    private void Merge(PullRequest pull) => Server.Arrange(_ => pull.Merge());

    private static IEnumerable<string> Messages(SecretRotation record) => record.Steps.Select(static step => step.Message);
}
