using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.GitHub.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Codespaces;

/// <summary>Codespaces are somebody's desk: they aren't restarted from here. Which value one has is told by when it was last started.</summary>
/// <param name="server">The server.</param>
internal sealed class CodespaceControl(GitHubServer server) : IConsumerControl
{
    private readonly CodespaceList list = new(server.Api);
    private readonly SecretCalls secrets = new(server.Api);

    /// <inheritdoc/>
    public bool Controls(Consumer consumer) => consumer.Kind is CodespaceSource.Kind or CodespaceSource.Unlisted or CodespaceSource.Configuration
        && string.Equals(consumer.Address.Store, server.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop)
    {
        await Task.CompletedTask;
        yield return new InstanceEvent("next start", 1, 1, InstancePhase.Unchanged, server.Time.GetUtcNow());
    }

    /// <inheritdoc/>
    public async Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation)
    {
        // What is made of a configuration is a codespace, and counts by itself.
        if (consumer.Kind == CodespaceSource.Configuration)
        {
            return new Convergence(consumer, version.Id, []);
        }

        if (SecretPlace.Of(version.Address).Failed(out var failure, out var place))
        {
            return failure;
        }

        if ((await secrets.GetAsync(place, version.Address, cancellation)).Failed(out failure, out var record))
        {
            return failure.Code == FailureCode.SecretNotFound ? new Convergence(consumer, version.Id, []) : failure;
        }

        // Nobody has an older value of what has had one value alone.
        if (consumer.Kind == CodespaceSource.Unlisted)
        {
            return new Convergence(consumer, version.Id, record.IsFirst ? [] :
                [new InstanceState("any", Holding.Unknown, record.UpdatedAt, "nobody tells which codespaces run: see to it that those that do are stopped and started again")]);
        }

        if ((await list.ReadAsync(place.Owner, cancellation)).Failed(out failure, out var codespaces))
        {
            return failure;
        }

        var running = codespaces.Where(one => one.Name == consumer.Name && one.IsRunning && !(record.IsFirst && one.StartedAt <= record.UpdatedAt));
        return new Convergence(consumer, version.Id, [.. running.Select(one => new InstanceState(
            one.Name,
            one.StartedAt <= record.UpdatedAt == (version.Id == record.Id) ? Holding.Lacks : Holding.Holds,
            one.StartedAt,
            $"it was last started at {one.StartedAt:u}, and the secret was written at {record.UpdatedAt:u}"))]);
    }
}
