using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>A store that logs in to other systems by itself, to make credentials there, and can give itself a new password for that.</summary>
public interface IRootRotatingStore
{
    /// <summary>Has the store change the password with which it logs in, and sees before and after that it can. Nobody but the store knows the new one.</summary>
    /// <param name="address">The store's connection to the system.</param>
    /// <param name="cancellation">Gives up at once; the effect is then unknown.</param>
    Task<Outcome<RootRotation>> RotateRootAsync(SecretAddress address, CancellationToken cancellation);
}

/// <summary>What came of a demand for a new root password.</summary>
/// <param name="Address">The store's connection to the system.</param>
/// <param name="RotatedAt">When the store was seen to log in with the new one, in UTC.</param>
/// <param name="Evidence">What was seen before and after, in words.</param>
public sealed record RootRotation(SecretAddress Address, DateTimeOffset RotatedAt, string Evidence)
{
    /// <summary>The connection, and what was seen.</summary>
    public override string ToString() => $"{Address}: {Evidence}";
}
