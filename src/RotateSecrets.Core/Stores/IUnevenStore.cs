using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>A store that can't do the same at every address, and has to look before <see cref="ISecretStore.CapabilitiesAt"/> can tell.</summary>
public interface IUnevenStore
{
    /// <summary>Looks. Where it can't, what it says afterwards is what the store can do in general.</summary>
    /// <param name="address">Where.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task LookAsync(SecretAddress address, CancellationToken cancellation);
}
