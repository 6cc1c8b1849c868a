using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Consumers;

/// <summary>Finds the workflows that use a secret of GitHub.</summary>
/// <param name="finder">Finds them.</param>
internal sealed class WorkflowSource(WorkflowFinder finder) : IConsumerSource
{
    /// <inheritdoc/>
    public string Name => finder.Name;

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, CancellationToken cancellation) => finder.ConsumersAsync(address, cancellation);
}
