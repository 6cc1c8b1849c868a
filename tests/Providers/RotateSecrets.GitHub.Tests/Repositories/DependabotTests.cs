using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Repositories;

/// <summary>Dependabot's own file names its secrets.</summary>
public sealed class DependabotTests : GitHubTests
{
    private const string Path = ".github/dependabot.yml";
    private const string Configuration = "version: 2\nregistries:\n  npm:\n    type: npm-registry\n    url: https://npm.example.com\n    token: ${{secrets.JWT}} # ours\nupdates: []\n";
    private const string Workflow = "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: 'x ${{ secrets.JWT }}' }]\n";

    private static readonly SecretAddress Secret = SecretAddress.Parse("github:dependabot/acme/proxy/JWT");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Update", (Path, Configuration), (".github/workflows/ci.yml", Workflow));
            repository.Commit("feature", "Update too", ("README.md", "x"));
            repository.Secrets().Put("JWT", "old");
            repository.Secrets(SecretUse.Dependabot).Put("JWT", "old");
            repository.Owner.Secrets(SecretUse.Dependabot).Put("JWT", "old");
        });
    }

    [Fact]
    public async Task A_registry_of_Dependabot_is_a_consumer_of_its_secret_and_of_none_of_Actions()
    {
        var found = await FindAsync(Secret);
        var own = Assert.Single(found, static one => one.Kind == "Dependabot");
        Assert.Equal((Path, "acme/proxy"), (own.Name, own.Scope));
        Assert.Equal("Expression .github/dependabot.yml@main:6:23 (NextRun)", Assert.Single(own.References).ToString());
        Assert.Equal(["ci.yml", "ci.yml@feature"], found.Where(static one => one.Kind == "Workflow").Select(static one => one.Name));
        Assert.DoesNotContain(await FindAsync(SecretAddress.Parse("github:acme/proxy/JWT")), static one => one.Kind == "Dependabot");

        // The repository's own covers the organisation's.
        Assert.Empty(await FindAsync(SecretAddress.Parse("github:dependabot/orgs/acme/JWT")));
        Server.Arrange(static state => state.Repository("acme/proxy").Secrets(SecretUse.Dependabot).Remove("JWT"));
        Assert.Contains(await FindAsync(SecretAddress.Parse("github:dependabot/orgs/acme/JWT")), static one => one.Kind == "Dependabot");
    }

    [Fact]
    public async Task It_is_found_within_the_same_requests()
    {
        await FindAsync(Secret);
        Assert.Equal(["POST /graphql", "POST /graphql"], Server.Requests.All.Select(static one => one.Route));
        Time.Leap(TimeSpan.FromMinutes(1));
        Server.Requests.Forget();
        var again = await ConnectAsync();
        Assert.Contains(await Doors.ValuesAsync(again.Sources[0].FindAsync(Secret, Cancellation)), static one => one.Kind == "Dependabot");
        Assert.Equal("POST /graphql", Assert.Single(Server.Requests.All).Route);
    }

    [Fact]
    public async Task It_is_pointed_elsewhere_by_the_same_proposal_as_the_workflows_and_by_a_commit()
    {
        var to = SecretAddress.Parse("github:dependabot/acme/proxy/JWT_NEW");
        foreach (var consumer in (await FindAsync(Secret)).Where(static one => !one.Name.Contains('@')))
        {
            var repointer = (IConsumerRepointer)Connection.Controls.Single(control => control.Controls(consumer));
            Assert.False(Doors.Value(await repointer.RepointAsync(consumer, new RepointRequest(Secret, to, "run"), Cancellation)).IsInForce);
        }

        var pull = Assert.Single(Server.Ask(static state => state.Repository("acme/proxy").Pulls.ToList()));
        Assert.Equal(Configuration.Replace("secrets.JWT", "secrets.JWT_NEW", StringComparison.Ordinal), Read(pull.Head, Path));
        Assert.Contains("secrets.JWT_NEW", Read(pull.Head, ".github/workflows/ci.yml"), StringComparison.Ordinal);

        var own = Assert.Single(await FindAsync(Secret), static one => one.Kind == "Dependabot");
        Doors.Value(await ((IConsumerRepointer)Connection.Controls[0]).RepointAsync(own, new RepointRequest(Secret, to, "other") { Directly = true }, Cancellation));
        Assert.Equal(Configuration.Replace("secrets.JWT", "secrets.JWT_NEW", StringComparison.Ordinal), Read("main", Path));
    }

    private Task<List<Consumer>> FindAsync(SecretAddress address) => Doors.ValuesAsync(Connection.Sources[0].FindAsync(address, Cancellation));

    private string Read(string branch, string path) => Server.Ask(state => state.Repository("acme/proxy").Read(branch, path))!;
}
