using RotateSecrets.Secrets;

namespace RotateSecrets.Stores;

/// <summary>What the caller may do.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Address">Where; null for the store as a whole.</param>
/// <param name="Wanted">What was asked.</param>
/// <param name="Missing">What is not permitted, or not possible.</param>
/// <param name="Findings">What stands in the way or is worth knowing, one sentence each.</param>
public sealed record StoreAccessReport(
    string Store, SecretAddress? Address, StoreAccess Wanted, StoreAccess Missing, IReadOnlyList<string> Findings)
{
    /// <summary>Whether everything that was asked is permitted.</summary>
    public bool Granted => Missing == StoreAccess.None;
}
