using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation;

/// <summary>
/// What this installation remembers of its rotations, whatever becomes of the process. Every call that answers with a value has reached the disk.
/// </summary>
public interface IRotationJournal : IAsyncDisposable
{
    /// <summary>Takes the right to rotate a secret. It is given to one at a time, and each time with a higher fence number.</summary>
    /// <param name="key">Names the secret, whatever the session calls its store.</param>
    /// <param name="rotationId">For which rotation.</param>
    /// <param name="term">How long it holds without being renewed. A holder on this machine that has died holds nothing.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The lease, or <see cref="FailureCode.LeaseHeld"/> saying by whom and since when.</returns>
    Task<Outcome<RotationLease>> TakeAsync(string key, string rotationId, TimeSpan term, CancellationToken cancellation);

    /// <summary>Extends a lease.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="term">How long it holds from now on.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The lease, or <see cref="FailureCode.LeaseLost"/> where another has taken over.</returns>
    Task<Outcome<RotationLease>> RenewAsync(RotationLease lease, TimeSpan term, CancellationToken cancellation);

    /// <summary>Gives a lease back. One that was lost meanwhile stays with whoever has it.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<RotationLease>> ReleaseAsync(RotationLease lease, CancellationToken cancellation);

    /// <summary>Appends an event.</summary>
    /// <param name="happened">The event, without a sequence number.</param>
    /// <param name="state">Where the rotation stands after it.</param>
    /// <param name="lease">The lease under which it happened.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The event with its sequence number, or <see cref="FailureCode.LeaseLost"/>.</returns>
    Task<Outcome<RotationEvent>> AppendAsync(RotationEvent happened, RotationState state, RotationLease lease, CancellationToken cancellation);

    /// <summary>Reads the events of a rotation, oldest first, and authenticates each.</summary>
    /// <param name="rotationId">Which rotation.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The events, or <see cref="FailureCode.RotationNotFound"/>, or <see cref="FailureCode.StoreCorrupt"/> naming rotation and event.</returns>
    Task<Outcome<IReadOnlyList<RotationEvent>>> ReadAsync(string rotationId, CancellationToken cancellation);

    /// <summary>Lists rotations, youngest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>Their ids.</returns>
    IAsyncEnumerable<Outcome<string>> ListAsync(RotationQuery query, CancellationToken cancellation);

    /// <summary>Keeps a value, sealed, until the rotation has ended.</summary>
    /// <param name="lease">The lease under which it is kept.</param>
    /// <param name="name">What it is: candidate, previous.</param>
    /// <param name="value">The value. It stays the caller's to dispose of.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The fingerprint of the value that is kept under that name: the first one, if this is the second.</returns>
    Task<Outcome<string>> SealAsync(RotationLease lease, string name, SecretValue value, CancellationToken cancellation);

    /// <summary>Opens a value that was kept. The caller disposes of it.</summary>
    /// <param name="rotationId">For which rotation.</param>
    /// <param name="name">What it is.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The value, or <see cref="FailureCode.VersionNotFound"/>.</returns>
    Task<Outcome<SecretValue>> UnsealAsync(string rotationId, string name, CancellationToken cancellation);

    /// <summary>Destroys the values that were kept for a rotation.</summary>
    /// <param name="lease">The lease under which they were kept.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<RotationLease>> ForgetAsync(RotationLease lease, CancellationToken cancellation);

    /// <summary>Remembers that a version was seen to work.</summary>
    /// <param name="verification">What was seen.</param>
    /// <param name="cancellation">Gives up at once.</param>
    Task<Outcome<Verification>> RecordAsync(Verification verification, CancellationToken cancellation);

    /// <summary>Finds the last time that a version was seen to work.</summary>
    /// <param name="store">Where its store is.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>What was seen, or <see cref="FailureCode.NotVerified"/>.</returns>
    Task<Outcome<Verification>> FindVerificationAsync(string store, SecretVersion version, CancellationToken cancellation);
}
