using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Changes;

public sealed class RepointTests : GitHubTests
{
    private const string Path = ".github/workflows/deploy.yml";
    private const string Deploy = "on: push\r\njobs:\r\n  build:\r\n    runs-on: ubuntu-latest\r\n    env:\r\n      A: ${{ secrets.JWT }} # secrets.JWT stays here\r\n      B: \"${{ secrets['jwt'] }}\"\r\n    steps: [{ run: 'echo secrets.JWT' }]\r\n";

    private static readonly SecretAddress From = SecretAddress.Parse("github:acme/proxy/JWT");
    private static readonly SecretAddress To = SecretAddress.Parse("github:acme/proxy/JWT_NEW");

    private IConsumerRepointer Repointer => (IConsumerRepointer)Connection.Controls[0];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Deploy", (Path, Deploy), (".github/workflows/other.yml", Deploy)));
    }

    [Fact]
    public async Task A_preview_shows_the_difference_and_changes_nothing()
    {
        var preview = Doors.Value(await Repointer.PreviewAsync(await FindAsync(), new RepointRequest(From, To, "run"), Cancellation));
        Assert.Equal(
            """
            --- a/.github/workflows/deploy.yml
            +++ b/.github/workflows/deploy.yml
            @@ -3,6 +3,6 @@
               build:
                 runs-on: ubuntu-latest
                 env:
            -      A: ${{ secrets.JWT }} # secrets.JWT stays here
            +      A: ${{ secrets.JWT_NEW }} # secrets.JWT stays here
            -      B: "${{ secrets['jwt'] }}"
            +      B: "${{ secrets['jwt_new'] }}"
                 steps: [{ run: 'echo secrets.JWT' }]

            """.ReplaceLineEndings("\r\n").Replace("yml\r", "yml", StringComparison.Ordinal).Replace("@@\r", "@@", StringComparison.Ordinal),
            preview.Diff);
        Assert.Equal(0, Server.Requests.Writes);
    }

    [Fact]
    public async Task A_direct_change_is_one_commit_that_leaves_every_other_byte_alone_and_is_undone_by_the_way_back()
    {
        var before = Server.Ask(static state => state.Repository("acme/proxy").Branches["main"]);
        var there = Doors.Value(await Repointer.RepointAsync(await FindAsync(), new RepointRequest(From, To, "run") { Directly = true }, Cancellation));
        Assert.True(there.IsInForce);
        Assert.Equal(Deploy.Replace("{ secrets.JWT }", "{ secrets.JWT_NEW }", StringComparison.Ordinal).Replace("'jwt'", "'jwt_new'", StringComparison.Ordinal), Read("main"));
        Assert.Equal([before], Server.Ask(static state => state.Repository("acme/proxy").Git.Commit(state.Repository("acme/proxy").Branches["main"])!.Parents));
        Assert.Equal(Deploy, Server.Ask(static state => state.Repository("acme/proxy").Read("main", ".github/workflows/other.yml")));

        var again = Doors.Value(await Repointer.RepointAsync(await FindAsync(To), new RepointRequest(From, To, "run") { Directly = true }, Cancellation));
        Assert.Equal((string.Empty, true), (again.Diff, again.IsInForce));

        Doors.Value(await Repointer.RepointAsync(await FindAsync(To), new RepointRequest(To, From, "run") { Directly = true }, Cancellation));
        Assert.Equal(Deploy, Read("main"));
    }

    [Fact]
    public async Task A_file_that_can_be_executed_still_can()
    {
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            var files = repository.Git.Files(repository.Git.Commit(repository.Branches["main"])!.Tree);
            files[Path] = files[Path] with { Mode = "100755" };
            repository.Branches["main"] = repository.Git.Write(new Peers.GitHub.Git.Commit(repository.Git.WriteTree(files), [repository.Branches["main"]], "Mode", "octo-dev", "octo-dev@example.com", state.Now));
        });
        foreach (var (name, mode) in ((string, string)[])[("deploy.yml", "100755"), ("other.yml", "100644")])
        {
            Doors.Value(await Repointer.RepointAsync(await FindAsync(name: name), new RepointRequest(From, To, "run") { Directly = true }, Cancellation));
            Assert.Contains("JWT_NEW", Server.Ask(state => state.Repository("acme/proxy").Read("main", $".github/workflows/{name}")), StringComparison.Ordinal);
            Assert.Equal(mode, Server.Ask(state => state.Repository("acme/proxy").Git.Find(state.Repository("acme/proxy").Git.Commit(state.Repository("acme/proxy").Branches["main"])!.Tree, $".github/workflows/{name}")!.Mode));
        }
    }

    [Fact]
    public async Task All_workflows_of_a_branch_are_changed_by_one_pull_request_however_often_it_is_asked_for()
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in (string[])["deploy.yml", "other.yml", "deploy.yml"])
        {
            var proposed = Doors.Value(await Repointer.RepointAsync(await FindAsync(name: name), new RepointRequest(From, To, "run"), Cancellation));
            Assert.False(proposed.IsInForce);
            places.Add(proposed.Location!.ToString());
        }

        Assert.Single(places);
        var pull = Assert.Single(Server.Ask(static state => state.Repository("acme/proxy").Pulls.ToList()));
        Assert.Contains("JWT_NEW", Read(pull.Head), StringComparison.Ordinal);
        Assert.Contains("JWT_NEW", Server.Ask(state => state.Repository("acme/proxy").Read(pull.Head, ".github/workflows/other.yml")), StringComparison.Ordinal);
        Assert.Equal(Deploy, Read("main"));
    }

    [Fact]
    public async Task A_proposal_that_was_refused_is_told_and_not_made_again()
    {
        Doors.Value(await Repointer.RepointAsync(await FindAsync(), new RepointRequest(From, To, "run"), Cancellation));
        Server.Arrange(static state => state.Repository("acme/proxy").Pulls[0].Close());
        var failure = (await Repointer.RepointAsync(await FindAsync(), new RepointRequest(From, To, "run"), Cancellation)).Failure!;
        Assert.Equal(FailureCode.Stopped, failure.Code);
        Assert.Contains("refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_moves_meanwhile_is_read_again_and_not_written_over()
    {
        var isMoved = false;
        Server.Before = question =>
        {
            if (question.Route.Name == "PATCH /repos/{owner}/{repo}/git/refs/{ref}" && !isMoved)
            {
                isMoved = true;
                question.Repository.Commit("main", "Somebody else", ("README.md", "# Changed\n"));
            }

            return null;
        };
        Doors.Value(await Repointer.RepointAsync(await FindAsync(), new RepointRequest(From, To, "run") { Directly = true }, Cancellation));
        Assert.Contains("JWT_NEW", Read("main"), StringComparison.Ordinal);
        Assert.Equal("# Changed\n", Server.Ask(static state => state.Repository("acme/proxy").Read("main", "README.md")));
    }

    [Fact]
    public async Task A_token_that_may_not_change_workflows_is_told_which_permission_it_lacks()
    {
        var connection = await ConnectAsync(TokenWith("metadata=read", "secrets=write", "contents=write", "actions=write", "pull_requests=write"));
        var failure = (await ((IConsumerRepointer)connection.Controls[0]).RepointAsync(await FindAsync(), new RepointRequest(From, To, "run") { Directly = true }, Cancellation)).Failure!;
        Assert.Equal(FailureCode.AccessDenied, failure.Code);
        Assert.Contains("Workflows: write", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(Deploy, Read("main"));
    }

    [Fact]
    public async Task A_workflow_cant_be_pointed_to_another_scope()
    {
        var failure = (await Repointer.RepointAsync(await FindAsync(), new RepointRequest(From, SecretAddress.Parse("github:orgs/acme/JWT_NEW"), "run"), Cancellation)).Failure!;
        Assert.Equal(FailureCode.NotSupported, failure.Code);
    }

    [Fact]
    public async Task An_answer_that_is_lost_is_made_up_for()
    {
        Server.Break(new Fault("PATCH /repos/{owner}/{repo}/git/refs/{ref}", FaultKind.DropAfter));
        var lost = (await Repointer.RepointAsync(await FindAsync(), new RepointRequest(From, To, "run") { Directly = true }, Cancellation)).Failure;
        Assert.Equal(Effect.Unknown, lost?.Effect);
        Assert.True(Doors.Value(await Repointer.RepointAsync(await FindAsync(To), new RepointRequest(From, To, "run") { Directly = true }, Cancellation)).IsInForce);
        Assert.Contains("JWT_NEW", Read("main"), StringComparison.Ordinal);
    }

    private async Task<Consumer> FindAsync(SecretAddress? address = null, string name = "deploy.yml") =>
        (await Doors.ValuesAsync(Connection.Sources[0].FindAsync(address ?? From, Cancellation))).Single(consumer => consumer.Name == name);

    private string Read(string branch) => Server.Ask(state => state.Repository("acme/proxy").Read(branch, Path))!;
}
