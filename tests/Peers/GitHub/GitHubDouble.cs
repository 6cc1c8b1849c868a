using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RotateSecrets.Peers.GitHub.Endpoints;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub;

/// <summary>A server that answers as GitHub's API does. It listens on the loopback interface alone, and has GraphQL at /graphql and /api/graphql, the rest at / and at /api/v3/.</summary>
public sealed class GitHubDouble : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly WebApplication application;
    private readonly GitHubState state;
    private readonly Faults faults = new();

    private GitHubDouble(WebApplication application, TimeProvider time)
    {
        this.application = application;
        state = new GitHubState(time);
        Limits = new RateLimits(time);
        Operator = state.Classic("repo", "workflow", "admin:org", "read:audit_log");
        application.Run(new Desk(this, gate, state, faults).AnswerAsync);
    }

    /// <summary>Where the API is, as api.github.com has it.</summary>
    public Uri Address => new(application.Urls.First() + "/");

    /// <summary>The endpoints that it has, as the official description names them.</summary>
    public static IReadOnlyList<string> Endpoints { get; } = [.. new RouteTable().All.Select(static route => route.Name).Order(StringComparer.Ordinal)];

    /// <summary>A classic token that may everything, of the user octo-operator.</summary>
    public Credential Operator { get; }

    /// <summary>The requests so far.</summary>
    public RequestLog Requests { get; } = new();

    /// <summary>The limits, which are the documented ones until they are set.</summary>
    public RateLimits Limits { get; }

    /// <summary>Does something just before a request takes effect, or answers in its place.</summary>
    public Func<Question, Reply?>? Before { get; set; }

    /// <summary>Alters an answer.</summary>
    public Func<Question, Reply, Reply>? After { get; set; }

    /// <summary>Is told of every request, and of the answer that the server has for it by itself.</summary>
    public Action<Exchange>? Watch { get; set; }

    /// <summary>Starts a server.</summary>
    /// <param name="time">Its clock; that of this machine where none is given.</param>
    /// <param name="port">Its port; 0 for a free one.</param>
    public static async Task<GitHubDouble> StartAsync(TimeProvider? time = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        var server = new GitHubDouble(builder.Build(), time ?? TimeProvider.System);
        await server.application.StartAsync();
        return server;
    }

    /// <summary>Sets up what there is. No request is answered meanwhile.</summary>
    public void Arrange(Action<GitHubState> work)
    {
        lock (gate)
        {
            work(state);
        }
    }

    /// <summary>Looks at what there is by now. No request is answered meanwhile.</summary>
    public T Ask<T>(Func<GitHubState, T> look)
    {
        lock (gate)
        {
            foreach (var repository in state.Repositories)
            {
                repository.Actions.Settle();
            }

            return look(state);
        }
    }

    /// <summary>Lets something go wrong.</summary>
    public void Break(params IEnumerable<Fault> more) => faults.Add(more);

    /// <summary>Lets nothing go wrong any more.</summary>
    public void Calm() => faults.Clear();

    public Task WaitAsync() => ((IHost)application).WaitForShutdownAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        state.Dispose();
    }
}
