using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation;

/// <summary>What this installation remembers of its rotations, whatever becomes of the process.</summary>
public interface IRotationJournal : IAsyncDisposable
{
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
