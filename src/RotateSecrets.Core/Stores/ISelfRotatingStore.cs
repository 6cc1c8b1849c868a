using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>A store that can have a secret rotated by a function of its own, which makes the new value and sets it in the service that it opens.</summary>
public interface ISelfRotatingStore
{
    /// <summary>Starts the function and follows it to its end. Repeating it with the same token follows the same run.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="token">The idempotency token, by which the new version is told.</param>
    /// <param name="expectedCurrent">
    /// The id of the version that is to be replaced; null for whichever is current. A store that keeps no tokens goes by it: where another is current by then, nothing is started, and that one is answered.
    /// </param>
    /// <param name="cancellation">Gives up at once; the function goes on.</param>
    /// <returns>The new version, which is current, without its value.</returns>
    Task<Outcome<SecretVersion>> RotateAsync(SecretAddress address, string token, string? expectedCurrent, CancellationToken cancellation);
}
