using RotateSecrets.Consumers;
using RotateSecrets.Stores;

namespace RotateSecrets.Providers;

/// <summary>A connected system: its store, and the consumers it can find and restart.</summary>
/// <param name="Store">The store. It is disposed of with the connection.</param>
public sealed record Connection(ISecretStore Store) : IAsyncDisposable
{
    /// <summary>Where consumers are found through this connection.</summary>
    public IReadOnlyList<IConsumerSource> Sources { get; init; } = [];

    /// <summary>What restarts the consumers that those sources find.</summary>
    public IReadOnlyList<IConsumerControl> Controls { get; init; } = [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
