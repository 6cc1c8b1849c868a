using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Repositories;

/// <summary>Who has a secret of Codespaces.</summary>
public sealed class CodespaceTests : GitHubTests
{
    private const string Declared = "{\n  // ours\n  \"secrets\": {\n    \"JWT\": { \"description\": \"of the proxy\" },\n  },\n  \"remoteEnv\": { \"TOKEN\": \"${localEnv:jwt:none}\", \"X\": \"${localEnv:JWT_2}\" },\n}\n";

    private static readonly SecretAddress Secret = SecretAddress.Parse("github:codespaces/acme/proxy/JWT");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Develop", (".devcontainer/api/devcontainer.json", Declared), (".devcontainer/Dockerfile", "FROM x"), (".devcontainer.json", "{}"));
            repository.Secrets(SecretUse.Codespaces).Put("JWT", "old");
            repository.Owner.Secrets(SecretUse.Codespaces).Put("JWT", "old");
            state.Repository("acme/web").Codespaces.Add(new Codespace(8, "calm-web", state.User("octo-dev"), state.Now));
        });
    }

    [Fact]
    public async Task Configurations_that_name_it_and_codespaces_of_the_repository_are_consumers()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Codespaces.Add(new Codespace(7, "calm-proxy", state.User("octo-dev"), state.Now)));
        var found = await FindAsync(Connection, Secret);
        Assert.Equal(["Codespace calm-proxy", "Devcontainer .devcontainer/api/devcontainer.json"], found.Select(static one => one.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["EnvironmentVariable acme/proxy:.devcontainer/api/devcontainer.json@main:6:27 (Restart)", "SecretDeclaration acme/proxy:.devcontainer/api/devcontainer.json@main:4:5 (Restart)"],
            found.Single(static one => one.Kind == "Devcontainer").References.Select(static one => one.ToString()).Order(StringComparer.Ordinal));
        Assert.All(found, one => Assert.Single(Connection.Controls, control => control.Controls(one)));

        // The repository's own covers the organisation's, which the other repository has.
        Assert.Equal("calm-web", Assert.Single(await FindAsync(Connection, SecretAddress.Parse("github:codespaces/orgs/acme/JWT"))).Name);
        Assert.Empty(await FindAsync(Connection, SecretAddress.Parse("github:acme/proxy/JWT")));
    }

    [Fact]
    public async Task Where_nobody_tells_which_codespaces_there_are_there_may_be_some()
    {
        var connection = await ConnectAsync(TokenWith("metadata=read", "contents=read", "codespaces_secrets=read"));
        var possible = Assert.Single(await FindAsync(connection, Secret), static one => one.Kind == "Codespaces");
        Assert.Equal("PossibleEnvironmentVariable", Assert.Single(possible.References).Kind);
        Assert.Contains("Organization codespaces: read", Assert.Single(possible.Cautions), StringComparison.Ordinal);
        Time.Leap(TimeSpan.FromMinutes(1));
        var version = await Doors.PutAsync(Store, Secret.ToString(), "new");
        var control = Assert.Single(connection.Controls, control => control.Controls(possible));
        Assert.False(Doors.Value(await control.ProveAsync(possible, version, Cancellation)).IsProven);
    }

    [Fact]
    public async Task A_configuration_that_is_no_JSON_is_told_and_the_others_go_on()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Break", (".devcontainer/devcontainer.json", "{ \"secrets\": ")));
        var outcomes = new List<Outcome<Consumer>>();
        foreach (var source in Connection.Sources)
        {
            await foreach (var outcome in source.FindAsync(Secret, Cancellation))
            {
                outcomes.Add(outcome);
            }
        }

        Assert.Equal(FailureCode.DocumentInvalid, Assert.Single(outcomes, static outcome => outcome.Failure is not null).Failure!.Code);
        Assert.Single(outcomes, static outcome => outcome.Failure is null);
    }

    [Theory]
    [InlineData("Available", false, Holding.Lacks)]
    [InlineData("Available", true, Holding.Holds)]
    [InlineData("Shutdown", false, null)]
    public async Task A_codespace_has_the_value_that_was_there_when_it_was_started(string status, bool isLater, Holding? expected)
    {
        Time.Leap(TimeSpan.FromMinutes(1));
        var version = await Doors.PutAsync(Store, Secret.ToString(), "new");
        Server.Arrange(state => state.Repository("acme/proxy").Codespaces.Add(
            new Codespace(7, "calm-proxy", state.User("octo-dev"), state.Now + TimeSpan.FromMinutes(isLater ? 1 : -1)) { State = status }));
        var found = Assert.Single(await FindAsync(Connection, Secret), static one => one.Kind == "Codespace");
        var control = Assert.Single(Connection.Controls, control => control.Controls(found));
        Assert.Equal(expected, Doors.Value(await control.ProveAsync(found, version, Cancellation)).Instances.SingleOrDefault()?.Holding);
    }

    private static async Task<List<Consumer>> FindAsync(Providers.Connection connection, SecretAddress address)
    {
        var found = new List<Consumer>();
        foreach (var source in connection.Sources)
        {
            found.AddRange(await Doors.ValuesAsync(source.FindAsync(address, Cancellation)));
        }

        return found;
    }
}
