using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>A store that can put a version away so that nobody reads it, and give it back: what is between a version in use and one that is destroyed.</summary>
public interface IRetiringStore
{
    /// <summary>Puts a previous version away. Promoting it brings it back. Repeating it does nothing.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="version">The id of the version.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    Task<Outcome<SecretVersion>> RetireAsync(SecretAddress address, string version, CancellationToken cancellation);
}
