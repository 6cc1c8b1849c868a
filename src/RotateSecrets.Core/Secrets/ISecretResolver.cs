using RotateSecrets.Outcomes;

namespace RotateSecrets.Secrets;

/// <summary>Reads secrets from whichever store an address names.</summary>
public interface ISecretResolver
{
    /// <summary>Reads one version with its value. The caller disposes of the value.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="version">Which version of it.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation);
}
