using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Runs;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Audit;

/// <summary>Workflows that only the audit log tells of: nothing here can point them elsewhere. Their next run has the new value; a proof is that no run has an older one.</summary>
/// <param name="server">The server.</param>
/// <param name="proof">Tells which runs have an older value.</param>
internal sealed class ObservedControl(GitHubServer server, RunProof proof) : IConsumerControl
{
    /// <inheritdoc/>
    public bool Controls(Consumer consumer) =>
        consumer.Kind == ObservedWorkflows.Kind && string.Equals(consumer.Address.Store, server.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop)
    {
        await Task.CompletedTask;
        yield return new InstanceEvent("next run", 1, 1, InstancePhase.Unchanged, server.Time.GetUtcNow());
    }

    /// <inheritdoc/>
    public Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation) => proof.ProveAsync(consumer, version, cancellation);
}
