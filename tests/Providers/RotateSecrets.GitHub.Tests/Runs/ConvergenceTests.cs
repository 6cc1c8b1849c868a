using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Runs;

public sealed class ConvergenceTests : GitHubTests
{
    private const string Deploy = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: deploy ${{ secrets.JWT }}\n";

    private static readonly SecretAddress OfRepository = SecretAddress.Parse("github:acme/proxy/JWT");
    private static readonly SecretAddress OfEnvironment = SecretAddress.Parse("github:acme/proxy/environments/prod/JWT");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy), (".github/workflows/prod.yml", Deploy.Replace("    runs-on", "    environment: prod\n    runs-on", StringComparison.Ordinal)));
            repository.Secrets().Put("JWT", "old");
            repository.Environment("prod").Secrets.Put("JWT", "old");
        });
        Time.Leap(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_run_that_was_queued_before_the_write_has_the_old_value_until_it_ends(bool isQueued, bool isRunning)
    {
        Start("deploy.yml", isQueued, isRunning);
        Write(static state => state.Repository("acme/proxy").Secrets());

        var proof = await ProveAsync(OfRepository, "deploy.yml");
        Assert.Equal(isQueued || isRunning ? [Holding.Lacks] : [], proof.Instances.Select(static one => one.Holding));
        Assert.Equal(!(isQueued || isRunning), proof.IsProven);
    }

    [Fact]
    public async Task A_run_that_was_queued_after_the_write_has_the_new_value()
    {
        Write(static state => state.Repository("acme/proxy").Secrets());
        Start("deploy.yml", isQueued: false, isRunning: true);
        Assert.Equal([Holding.Holds], (await ProveAsync(OfRepository, "deploy.yml")).Instances.Select(static one => one.Holding));
    }

    [Theory]
    [InlineData(true, Holding.Holds)]
    [InlineData(false, Holding.Lacks)]
    public async Task A_job_gets_an_environments_secret_when_it_starts_and_not_when_it_is_queued(bool isQueued, Holding holding)
    {
        Start("prod.yml", isQueued, !isQueued);
        Write(static state => state.Repository("acme/proxy").Environment("prod").Secrets);
        Assert.Equal([holding], (await ProveAsync(OfEnvironment, "prod.yml")).Instances.Select(static one => one.Holding));
    }

    [Fact]
    public async Task A_job_that_waits_for_approval_gets_the_new_value_of_an_environment_and_the_old_one_of_a_repository()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Environment("prod").NeedsApproval = true);
        Start("prod.yml", isQueued: false, isRunning: false);
        Write(static state => state.Repository("acme/proxy").Environment("prod").Secrets);
        Assert.Equal([Holding.Holds], (await ProveAsync(OfEnvironment, "prod.yml")).Instances.Select(static one => one.Holding));
    }

    [Fact]
    public async Task Nobody_has_an_older_value_of_what_has_had_one_alone()
    {
        Start("deploy.yml", isQueued: false, isRunning: true);
        Server.Arrange(static state => state.Repository("acme/proxy").Secrets().Remove("JWT"));
        Time.Leap(TimeSpan.FromMinutes(1));
        Write(static state => state.Repository("acme/proxy").Secrets());
        Assert.Empty((await ProveAsync(OfRepository, "deploy.yml")).Instances);
    }

    private void Start(string workflow, bool isQueued, bool isRunning) => Server.Arrange(state =>
    {
        var actions = state.Repository("acme/proxy").Actions;
        actions.Workflow(workflow).HoldsQueued = isQueued;
        actions.Workflow(workflow).HoldsRunning = isRunning;
        actions.Start(workflow);
    });

    private void Write(Func<GitHubState, SecretShelf> shelf)
    {
        // A job that can start has started by then.
        Server.Ask(static state => state.Repositories.Count());
        Time.Leap(TimeSpan.FromMinutes(1));
        Server.Arrange(state => shelf(state).Put("JWT", "new"));
        Time.Leap(TimeSpan.FromMinutes(1));
    }

    private async Task<Convergence> ProveAsync(SecretAddress address, string workflow)
    {
        var version = Assert.Single(await Doors.ValuesAsync(Store.ListVersionsAsync(address, Cancellation)));
        var consumer = (await Doors.ValuesAsync(Connection.Sources[0].FindAsync(address, Cancellation))).Single(one => one.Name == workflow);
        return Doors.Value(await Connection.Controls[0].ProveAsync(consumer, version, Cancellation));
    }
}
