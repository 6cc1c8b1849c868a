using RotateSecrets.GitHub.Tests.Description;
using RotateSecrets.Peers.GitHub;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Providers;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Tests.Hosting;

/// <summary>A server of the test's own, and a clock that both it and the provider go by.</summary>
public abstract class GitHubTests : IAsyncLifetime
{
    private readonly List<Connection> connections = [];
    private Transcript? transcript;

    private protected LeapingTime Time { get; } = new();

    private protected GitHubDouble Server { get; private set; } = null!;

    /// <summary>Where the provider keeps what it has read.</summary>
    private protected string Folder { get; } = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    private protected Connection Connection { get; private set; } = null!;

    private protected ISecretStore Store => Connection.Store;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Server = await GitHubDouble.StartAsync(Time);
        transcript = Transcript.Begin(Server);
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Begin", ("README.md", "# Proxy\n")));
        Connection = await ConnectAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        await Server.DisposeAsync();
        await (transcript?.CheckAsync() ?? Task.CompletedTask);
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Connects once more, as another session of the same person would.</summary>
    private protected async Task<Connection> ConnectAsync(string? token = null, params (string Name, string Value)[] settings)
    {
        var connection = await Doors.ConnectAsync(Server, Time, token, Folder, settings);
        connections.Add(connection);
        return connection;
    }

    /// <summary>A token with some permissions alone.</summary>
    private protected string TokenWith(params string[] permissions)
    {
        string? token = null;
        Server.Arrange(state => token = state.FineGrained(permissions).Token);
        return token!;
    }

    /// <summary>A secret as runs get it.</summary>
    private protected StoredSecret? Stored(Func<GitHubState, SecretShelf> shelf, string name) => Server.Ask(state => shelf(state).Find(name));
}
