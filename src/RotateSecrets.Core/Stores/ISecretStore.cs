using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>
/// A connected secret store. Every call may be made from any thread, answers with an outcome instead of throwing (but for
/// cancellation), and says in its failure whether it may have taken effect.
/// </summary>
public interface ISecretStore : IAsyncDisposable
{
    /// <summary>What the store is and can do. Costs no call.</summary>
    StoreDescription Description { get; }

    /// <summary>What the store can do at an address, where that isn't the same everywhere. Costs no call.</summary>
    /// <param name="address">Where.</param>
    StoreCapabilities CapabilitiesAt(SecretAddress address) => Description.Capabilities;

    /// <summary>The second name under which a candidate can stand beside a secret. Costs no call. Default: the name with <c>_NEW</c> behind it.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="runId">The id of the rotation, of which the name may hold a part: always the same name for the same rotation.</param>
    SecretAddress SideOf(SecretAddress address, string runId) => SecretAddress.Parse(
        address.Field is null ? $"{address.Store}:{address.Path}_NEW" : $"{address.Store}:{address.Path}_NEW#{address.Field}");

    /// <summary>Asks whether the caller may do something, without doing it.</summary>
    /// <param name="address">Where; null for the store as a whole.</param>
    /// <param name="wanted">What.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<StoreAccessReport>> CheckAccessAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation);

    /// <summary>Lists the secrets whose path begins in a certain way, one version each: the current one, else the youngest.</summary>
    /// <param name="prefix">How the path begins; empty for all.</param>
    /// <param name="cancellation">Gives up at once.</param>
    IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Lists the versions of a secret, youngest first, without their values.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The versions, or one <see cref="FailureCode.SecretNotFound"/>.</returns>
    IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, CancellationToken cancellation);

    /// <summary>Reads one version with its value. The caller disposes of the value. The store's audit log shows it.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="version">Which version of it.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation);

    /// <summary>Writes a version.</summary>
    /// <param name="request">What, where, and on which condition.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    /// <returns>The version: the one that an earlier call with the same token wrote, where there was one.</returns>
    Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation);

    /// <summary>Makes a pending or previous version the current one; the current one becomes previous. Repeating it does nothing.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="version">The id of the version that is to be current.</param>
    /// <param name="expectedCurrent">The id that the current version must have for this to happen; null to go without the check.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    Task<Outcome<SecretVersion>> PromoteAsync(
        SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation);

    /// <summary>Destroys a version's value. It must be pending or previous. Repeating it does nothing.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="version">The id of the version.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation);

    /// <summary>Takes a secret away with all its versions. Repeating it does nothing.</summary>
    /// <param name="address">Which secret.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    /// <returns>The address.</returns>
    Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation);

    /// <summary>Reads the audit log, oldest first.</summary>
    /// <param name="query">Which events.</param>
    /// <param name="cancellation">Gives up at once.</param>
    IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellation);
}
