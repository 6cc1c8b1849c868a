using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>Finds what uses a secret.</summary>
public interface IConsumerSource
{
    /// <summary>What is searched, for people: a services file, a cluster, a repository.</summary>
    string Name { get; }

    /// <summary>Finds every consumer of a secret. What can't be read is reported as a failure, and the search goes on.</summary>
    /// <param name="address">The secret; null for the consumers of any secret.</param>
    /// <param name="cancellation">Gives up at once.</param>
    IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, CancellationToken cancellation);
}
