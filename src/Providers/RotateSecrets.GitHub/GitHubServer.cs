using RotateSecrets.GitHub.Audit;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.Codespaces;
using RotateSecrets.GitHub.Consumers;
using RotateSecrets.GitHub.Login;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.GitHub.Runs;
using RotateSecrets.GitHub.Store;
using RotateSecrets.Providers;

namespace RotateSecrets.GitHub;

/// <summary>A server that we are connected to.</summary>
/// <param name="Name">The name that addresses use.</param>
/// <param name="Host">The server, as people know it: github.com.</param>
/// <param name="Api">Calls the API.</param>
/// <param name="Gate">Sends the requests.</param>
/// <param name="Tokens">What they are authorised with.</param>
/// <param name="Folder">Where answers are kept between two sessions.</param>
/// <param name="Time">The clock.</param>
internal sealed record GitHubServer(string Name, string Host, GitHubApi Api, RequestGate Gate, ITokenSource Tokens, string Folder, TimeProvider Time) : IAsyncDisposable
{
    /// <summary>All that is reached through it.</summary>
    /// <param name="owner">Whose repositories are searched where no secret is named; null for none.</param>
    /// <param name="within">For how long a workflow that was given a secret counts as a consumer of it, by the audit log; null where the log isn't asked.</param>
    public Connection Connection(string? owner, TimeSpan? within = null)
    {
        var reader = new RepositoryReader(Api, new RepositoryCache(Path.Combine(Folder, "repositories", Host.Replace(':', '_'))), Time);
        var finder = new WorkflowFinder(this, reader, owner);
        return new Connection(new GitHubStore(this))
        {
            Sources = [within is { } observed ? new ObservedWorkflows(this, new AuditLog(Api, Name), finder, observed) : new WorkflowSource(finder), new CodespaceSource(this, finder)],
            Controls = [new WorkflowControl(this, finder), new ObservedControl(this, new RunProof(this, new RunCalls(Api))), new CodespaceControl(this)],
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Gate.Dispose();
        Tokens.Dispose();
        return ValueTask.CompletedTask;
    }
}
