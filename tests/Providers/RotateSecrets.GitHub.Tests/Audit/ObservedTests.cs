using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Audit;

/// <summary>Which workflows are given a secret, by the audit log, against those whose files name it.</summary>
public sealed class ObservedTests : GitHubTests
{
    private const string Deploy = "on: push\njobs:\n  build:\n    runs-on: x\n    steps: [{ run: 'x ${{ secrets.JWT }}' }]\n";

    private static readonly SecretAddress Secret = SecretAddress.Parse("github:acme/proxy/JWT");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Arrange(static state =>
        {
            state.Repository("acme/proxy").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy), (".github/workflows/idle.yml", Deploy));
            state.Repository("acme/proxy").Secrets().Put("JWT", "old");
        });
    }

    [Fact]
    public async Task A_workflow_that_names_a_secret_and_is_never_given_it_says_so()
    {
        Run("deploy.yml");
        var found = await FindAsync();
        Assert.Equal(["deploy.yml", "idle.yml"], found.Select(static one => one.Name));
        Assert.Empty(found[0].Cautions);
        Assert.Contains("no job of idle.yml", Assert.Single(found[1].Cautions), StringComparison.Ordinal);

        // What was long ago doesn't count.
        Time.Leap(TimeSpan.FromDays(2));
        Assert.All(await FindAsync(), static one => Assert.Single(one.Cautions));
    }

    [Theory]
    [InlineData("acme/policies/.github/workflows/scan.yml@refs/heads/main")]
    [InlineData("acme/proxy/dynamic/github-code-scanning/codeql@refs/heads/main")]
    public async Task A_workflow_that_is_given_a_secret_and_names_it_nowhere_is_a_consumer_and_keeps_it(string workflow)
    {
        Prepared(workflow, "JWT");
        var found = Assert.Single(await FindAsync(), static one => one.Kind == "ObservedWorkflow");
        Assert.Equal("acme/proxy", found.Scope);
        Assert.Contains("job scan", Assert.Single(found.References).Location, StringComparison.Ordinal);
        Assert.Contains("no file says so", Assert.Single(found.Cautions), StringComparison.Ordinal);

        // With all else pointed elsewhere, the name still can't be removed, and a plan that would remove it isn't begun.
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Idle", (".github/workflows/deploy.yml", "on: push\n"), (".github/workflows/idle.yml", "on: push\n")));
        var connection = await ConnectAsync(null, ("ObservedWithin", "1.00:00:00"));
        var version = (await Doors.ValuesAsync(Store.ListVersionsAsync(Secret, Cancellation)))[0];
        await using var house = await RotationHouse.BuildAsync(connection, Folder, new RotationPlan(Secret) { Strategy = StrategyKind.Rename });
        var guard = new RevocationGuard(connection.Store, house.Services.Journal, house.Services.Consumers);
        Assert.Equal(FailureCode.StillInUse, (await guard.CheckDesertedAsync(Secret, version, Cancellation)).Failure?.Code);
        Assert.NotEqual(RotationState.Completed, (await house.RunAsync()).State);
        Assert.Contains(house.Failures, static failure => failure.Message.Contains("would go on referring", StringComparison.Ordinal));
        Assert.Equal(["JWT"], Server.Ask(static state => state.Repository("acme/proxy").Secrets().All.Select(static secret => secret.Name).ToList()));
    }

    [Fact]
    public async Task A_workflow_that_was_pointed_elsewhere_since_is_no_consumer_any_more()
    {
        Run("deploy.yml");
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Rename", (".github/workflows/deploy.yml", Deploy.Replace("JWT", "JWT_NEW", StringComparison.Ordinal))));
        Assert.Equal("idle.yml", Assert.Single(await FindAsync()).Name);

        // Nothing tells what a run was that nobody has any more.
        Prepared("acme/proxy/.github/workflows/deploy.yml@refs/heads/main", "JWT");
        Assert.Single(await FindAsync(), static one => one.Kind == "ObservedWorkflow");
    }

    [Fact]
    public async Task A_job_that_got_another_secret_of_the_name_is_none_of_it()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Environment("prod").Secrets.Put("JWT", "other"));
        Prepared("acme/policies/.github/workflows/scan.yml@refs/heads/main", "JWT", "prod");
        Prepared("acme/policies/.github/workflows/scan.yml@refs/heads/main", "OTHER");
        Assert.DoesNotContain(await FindAsync(), static one => one.Kind == "ObservedWorkflow");
    }

    [Fact]
    public async Task A_run_with_the_old_value_keeps_an_observed_workflow_from_being_proven()
    {
        Prepared("acme/policies/.github/workflows/scan.yml@refs/heads/main", "JWT");
        Server.Arrange(static state =>
        {
            state.Repository("acme/proxy").Actions.Workflow("deploy.yml").HoldsRunning = true;
            state.Repository("acme/proxy").Actions.Start("deploy.yml");
        });
        Time.Leap(TimeSpan.FromMinutes(1));
        var version = await Doors.PutAsync(Store, "github:acme/proxy/JWT", "new");
        var found = Assert.Single(await FindAsync(), static one => one.Kind == "ObservedWorkflow");
        var control = Assert.Single(Connection.Controls, control => control.Controls(found));
        Assert.Equal(Holding.Lacks, Assert.Single(Doors.Value(await control.ProveAsync(found, version, Cancellation)).Instances).Holding);
    }

    [Fact]
    public async Task A_log_that_cant_be_read_is_told_and_what_the_files_say_is_found_all_the_same()
    {
        Server.Arrange(static state => state.Organization("acme").KeepsAuditLog = false);
        var connection = await ConnectAsync(null, ("ObservedWithin", "1.00:00:00"));
        var outcomes = new List<Outcome<Consumer>>();
        await foreach (var outcome in connection.Sources[0].FindAsync(Secret, Cancellation))
        {
            outcomes.Add(outcome);
        }

        Assert.Equal(2, outcomes.Count(static outcome => outcome.Failure is null));
        Assert.Equal(FailureCode.AccessDenied, Assert.Single(outcomes, static outcome => outcome.Failure is not null).Failure!.Code);
    }

    [Fact]
    public async Task What_the_log_said_of_earlier_days_isnt_asked_for_again_and_what_came_since_is_seen()
    {
        for (var day = 0; day < 250; day++)
        {
            Prepared("acme/policies/.github/workflows/old.yml@refs/heads/main", "JWT");
        }

        Time.Leap(TimeSpan.FromDays(3));
        var connection = await ConnectAsync(null, ("ObservedWithin", "30.00:00:00"));
        Assert.Single(await Doors.ValuesAsync(connection.Sources[0].FindAsync(Secret, Cancellation)), static one => one.Kind == "ObservedWorkflow");
        Assert.Equal(3, Server.Requests.Count("GET /orgs/{org}/audit-log"));

        Server.Requests.Forget();
        Time.Leap(TimeSpan.FromMinutes(1));
        Prepared("acme/policies/.github/workflows/new.yml@refs/heads/main", "JWT");
        Assert.Equal(2, (await Doors.ValuesAsync(connection.Sources[0].FindAsync(Secret, Cancellation))).Count(static one => one.Kind == "ObservedWorkflow"));
        Assert.Equal(1, Server.Requests.Count("GET /orgs/{org}/audit-log"));

        Time.Leap(TimeSpan.FromDays(28));
        Assert.Single(await Doors.ValuesAsync(connection.Sources[0].FindAsync(Secret, Cancellation)), static one => one.Kind == "ObservedWorkflow");
    }

    [Fact]
    public async Task Where_no_secret_is_named_or_it_is_none_of_Actions_the_log_isnt_asked()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Secrets(SecretUse.Dependabot).Put("JWT", "old"));
        var connection = await ConnectAsync(null, ("ObservedWithin", "1.00:00:00"), ("Owner", "acme"));
        Assert.Equal(2, (await Doors.ValuesAsync(connection.Sources[0].FindAsync(null, Cancellation))).Count);
        Assert.Equal(2, (await Doors.ValuesAsync(connection.Sources[0].FindAsync(SecretAddress.Parse("github:dependabot/acme/proxy/JWT"), Cancellation))).Count);
        Assert.Empty(await Doors.ValuesAsync(connection.Sources[0].FindAsync(SecretAddress.Parse("vault:x/y#z"), Cancellation)));
        Assert.NotNull(Assert.Single(await connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/none"), Cancellation).ToListAsync(Cancellation)).Failure);
        Assert.Equal(0, Server.Requests.Count("GET /orgs/{org}/audit-log"));
    }

    private async Task<List<Consumer>> FindAsync() =>
        await Doors.ValuesAsync((await ConnectAsync(null, ("ObservedWithin", "1.00:00:00"))).Sources[0].FindAsync(Secret, Cancellation));

    private void Run(string file)
    {
        Server.Arrange(state => state.Repository("acme/proxy").Actions.Start(file));
        Time.Leap(TimeSpan.FromMinutes(1));
    }

    private void Prepared(string workflow, string secret, string environment = "") => Server.Arrange(state => state.Organization("acme").Audit.Add(new AuditEvent(
        "workflows.prepared_workflow_job",
        state.Now,
        string.Empty,
        state.Repository("acme/proxy"),
        new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["workflow_run_id"] = 7L, ["job_name"] = "scan", ["job_workflow_ref"] = workflow, ["calling_workflow_refs"] = Array.Empty<string>(), ["environment_name"] = environment, ["secrets_passed"] = new[] { secret },
        })));
}
