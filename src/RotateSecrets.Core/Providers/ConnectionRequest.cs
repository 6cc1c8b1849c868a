using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Providers;

/// <summary>A demand to connect.</summary>
/// <param name="Name">The name that addresses will use for the store.</param>
/// <param name="Location">Where the system is: a path or a URL; empty where the provider knows by itself.</param>
/// <param name="Time">The clock.</param>
public sealed record ConnectionRequest(string Name, string Location, TimeProvider Time)
{
    /// <summary>The secret with which to connect: a passphrase, a token; null for the provider's own way. It stays the caller's to dispose of.</summary>
    public SecretValue? Credential { get; init; }

    /// <summary>Further secrets with which to connect, by the provider's own names, not told apart by case. They stay the caller's to dispose of.</summary>
    public IReadOnlyDictionary<string, SecretValue> Secrets { get; init; } = new Dictionary<string, SecretValue>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What else the provider is to know, by its own names, not told apart by case. A name it doesn't know is refused.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Settings { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// What a connected store is, by its name, whenever it is asked; null where none is connected under it. For systems that bring the secrets of others to their consumers.
    /// Default: none is known.
    /// </summary>
    public Func<string, StoreDescription?> StoreOf { get; init; } = static _ => null;
}
