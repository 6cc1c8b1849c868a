using RotateSecrets.Outcomes;

namespace RotateSecrets.Stores;

/// <summary>A store that makes credentials on demand, and can take them back.</summary>
public interface ILeaseStore
{
    /// <summary>Finds leases.</summary>
    /// <param name="prefix">How their ids begin, part by part: <c>database/creds/app</c>.</param>
    /// <param name="cancellation">Gives up at once.</param>
    IAsyncEnumerable<Outcome<SecretLease>> FindLeasesAsync(string prefix, CancellationToken cancellation);

    /// <summary>Finds the leases that the store gave up revoking.</summary>
    /// <param name="prefix">How their ids begin; empty for all.</param>
    /// <param name="cancellation">Gives up at once.</param>
    IAsyncEnumerable<Outcome<SecretLease>> FindIrrevocableLeasesAsync(string prefix, CancellationToken cancellation);

    /// <summary>Revokes one lease, and sees that it is gone. Repeating it does nothing.</summary>
    /// <param name="id">The lease's id.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    /// <returns>The proof, or <see cref="FailureCode.LeaseRemains"/>.</returns>
    Task<Outcome<LeaseRevocation>> RevokeLeaseAsync(string id, CancellationToken cancellation);

    /// <summary>Revokes all leases under a prefix, and sees that none is left. The number of requests doesn't depend on the number of leases.</summary>
    /// <param name="prefix">How their ids begin, part by part.</param>
    /// <param name="force">Whether the store is to forget those that it can't revoke; their credentials may still work.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    /// <returns>The proof, or <see cref="FailureCode.LeaseRemains"/>.</returns>
    Task<Outcome<LeaseRevocation>> RevokeLeasesAsync(string prefix, bool force, CancellationToken cancellation);
}
