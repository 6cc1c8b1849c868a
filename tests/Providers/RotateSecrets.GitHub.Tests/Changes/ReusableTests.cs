using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Changes;

/// <summary>Reusable workflows have names of their own for what is handed to them, and the secret's name for what they inherit.</summary>
public sealed class ReusableTests : GitHubTests
{
    private const string Caller = "on: push\njobs:\n  call:\n    uses: ./.github/workflows/reusable.yml\n    secrets:\n      JWT: ${{ secrets.JWT }} # formal: actual\n";
    private const string Heir = "on: push\njobs:\n  call:\n    uses: ./.github/workflows/reusable.yml\n    secrets: inherit # JWT too\n";
    private const string Reusable = "on:\n  workflow_call:\n    secrets:\n      \"jwt\": # JWT\n        required: true\n        description: secrets.JWT\njobs:\n  run:\n    runs-on: x\n    steps: [{ run: 'x ${{ secrets.JWT }}' }]\n";
    private const string Middle = "on:\n  workflow_call:\n    secrets: { JWT: { required: true } }\njobs:\n  next:\n    uses: ./.github/workflows/reusable.yml\n    secrets: inherit\n";

    private static readonly SecretAddress From = SecretAddress.Parse("github:acme/proxy/JWT");
    private static readonly SecretAddress To = SecretAddress.Parse("github:acme/proxy/JWT_NEW");

    private IConsumerRepointer Repointer => (IConsumerRepointer)Connection.Controls[0];

    [Fact]
    public async Task What_is_handed_over_by_name_keeps_the_callees_name_and_only_the_expression_is_changed()
    {
        Commit(("ci.yml", Caller), ("reusable.yml", Reusable));
        Doors.Value(await PointAsync("ci.yml", From, To));
        Assert.Equal(Caller.Replace("secrets.JWT", "secrets.JWT_NEW", StringComparison.Ordinal), Read("ci.yml"));
        Assert.Equal(Reusable, Read("reusable.yml"));
    }

    [Fact]
    public async Task What_is_inherited_is_changed_where_it_is_used_and_where_it_is_declared_and_the_way_back_is_the_same()
    {
        Commit(("ci.yml", Heir.Replace("reusable", "middle", StringComparison.Ordinal)), ("middle.yml", Middle), ("reusable.yml", Reusable));
        Doors.Value(await PointAsync("ci.yml", From, To));
        Assert.Equal(Heir.Replace("reusable", "middle", StringComparison.Ordinal), Read("ci.yml"));
        Assert.Equal(Middle.Replace("JWT", "JWT_NEW", StringComparison.Ordinal), Read("middle.yml"));
        Assert.Equal(Reusable.Replace("\"jwt\"", "\"jwt_new\"", StringComparison.Ordinal).Replace("{ secrets.JWT }", "{ secrets.JWT_NEW }", StringComparison.Ordinal), Read("reusable.yml"));

        Doors.Value(await PointAsync("ci.yml", To, From));
        Assert.Equal(Middle, Read("middle.yml"));
        Assert.Equal(Reusable, Read("reusable.yml"));
    }

    [Theory]
    [InlineData("${{ secrets.JWT }}")]
    [InlineData("${{ secrets.OTHER }}")]
    public async Task A_name_that_is_one_callers_secret_and_anothers_word_is_changed_for_neither(string handed)
    {
        Commit(("ci.yml", Heir), ("other.yml", Caller.Replace("${{ secrets.JWT }}", handed, StringComparison.Ordinal)), ("reusable.yml", Reusable));
        var failure = (await PointAsync("ci.yml", From, To)).Failure!;
        Assert.Equal(FailureCode.NotSupported, failure.Code);
        Assert.Contains("other.yml, line 6", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, Server.Requests.Writes);
    }

    [Theory]
    [InlineData("acme/shared/.github/workflows/reusable.yml@main", "for others too")]
    [InlineData("acme/proxy/.github/workflows/reusable.yml@v1", "doesn't reach it")]
    public async Task Where_a_change_doesnt_reach_a_reusable_workflow_a_plan_says_so_before_anything_is_written(string uses, string why)
    {
        Server.Arrange(static state =>
        {
            state.Repository("acme/shared").Commit("main", "Share", (".github/workflows/reusable.yml", Reusable));
            state.Repository("acme/proxy").Secrets().Put("JWT", "old");
        });
        Commit(("reusable.yml", Reusable));
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("v1", "Tag", ("README.md", "1")));
        Commit(("ci.yml", Heir.Replace("./.github/workflows/reusable.yml", uses, StringComparison.Ordinal)));
        var runs = new RunRequest { Direct = true };
        foreach (var strategy in (StrategyKind[])[StrategyKind.Rename, StrategyKind.SideBySide])
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, strategy.ToString())).FullName;
            await using var house = await RotationHouse.BuildAsync(Connection, folder, new RotationPlan(From) { Strategy = strategy, Runs = runs });
            Server.Requests.Forget();
            Assert.NotEqual(RotationState.Completed, (await house.RunAsync()).State);
            Assert.Contains(house.Failures, failure => failure.Message.Contains(why, StringComparison.Ordinal));
            Assert.Equal(0, Server.Requests.Writes);
        }
    }

    [Theory]
    [InlineData("${{ toJSON(secrets) }}")]
    [InlineData("${{ secrets[github.ref_name] }}")]
    public async Task Who_has_no_name_that_could_be_changed_keeps_a_rename_from_being_begun(string value)
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Secrets().Put("JWT", "old"));
        Commit(("ci.yml", $"on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{{ run: \"x {value}\" }}]\n"));
        await using var house = await RotationHouse.BuildAsync(Connection, Folder, new RotationPlan(From) { Strategy = StrategyKind.Rename, Runs = new RunRequest { Direct = true } });
        Assert.NotEqual(RotationState.Completed, (await house.RunAsync()).State);
        Assert.Contains(house.Failures, static failure => failure.Message.Contains("no name that could be changed", StringComparison.Ordinal));
        Assert.Equal(0, Server.Requests.Writes);
    }

    private async Task<Outcome<Repointing>> PointAsync(string name, SecretAddress from, SecretAddress to)
    {
        var consumer = (await Doors.ValuesAsync(Connection.Sources[0].FindAsync(from, Cancellation))).Single(consumer => consumer.Name == name);
        return await Repointer.RepointAsync(consumer, new RepointRequest(from, to, "run") { Directly = true }, Cancellation);
    }

    private void Commit(params (string Name, string Text)[] files) =>
        Server.Arrange(state => state.Repository("acme/proxy").Commit("main", "Change", files.Select(static file => ($".github/workflows/{file.Name}", file.Text)).ToArray()));

    private string Read(string name) => Server.Ask(state => state.Repository("acme/proxy").Read("main", $".github/workflows/{name}"))!;
}
