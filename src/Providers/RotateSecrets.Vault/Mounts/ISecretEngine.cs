using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Vault.Mounts;

/// <summary>What a secrets engine does with a secret, once it is known where that is.</summary>
internal interface ISecretEngine : IDisposable
{
    /// <summary>Lists the versions, youngest first.</summary>
    Task<Outcome<IReadOnlyList<SecretVersion>>> ListAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation);

    /// <summary>Reads a version with its value.</summary>
    Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, SecretPlace place, VersionSelector selector, CancellationToken cancellation);

    /// <summary>Writes a version.</summary>
    Task<Outcome<SecretVersion>> PutAsync(PutRequest request, SecretPlace place, CancellationToken cancellation);

    /// <summary>Makes a version current.</summary>
    Task<Outcome<SecretVersion>> PromoteAsync(SecretAddress address, SecretPlace place, string id, string? expected, CancellationToken cancellation);

    /// <summary>Destroys a version's value.</summary>
    Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, SecretPlace place, string id, CancellationToken cancellation);

    /// <summary>Takes a secret away.</summary>
    Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation);

    /// <summary>Says what stands in the way of a rotation, besides permissions.</summary>
    /// <returns>What is not possible, and sentences that say why, or what is worth knowing.</returns>
    Task<Outcome<(StoreAccess Impossible, IReadOnlyList<string> Findings)>> CheckAsync(SecretAddress address, SecretPlace place, StoreAccess wanted, CancellationToken cancellation);
}
