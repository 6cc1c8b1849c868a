using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>How a consumer is to be restarted.</summary>
/// <param name="RunId">The run this belongs to. A restart repeated with the same id doesn't restart an instance twice.</param>
/// <param name="Secrets">Where the values come from.</param>
/// <param name="Time">The clock.</param>
public sealed record RestartRequest(string RunId, ISecretResolver Secrets, TimeProvider Time)
{
    /// <summary>By when one instance must be healthy, from the moment it is touched; null for the consumer's own default.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Whether to wait until an instance is healthy. Without it nothing is known of the outcome.</summary>
    public bool Wait { get; init; } = true;

    /// <summary>What is to run, for consumers that are workflows; null where nothing is: their next run has the new value.</summary>
    public RunRequest? Runs { get; init; }
}
