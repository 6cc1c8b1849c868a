using System.Collections.Concurrent;

namespace RotateSecrets.Vault.Access;

/// <summary>
/// What the server said that the token may do, for some minutes: who looks with Test-StoreAccess and then rotates needn't have it asked again. Only grants are kept, and none once a request was refused.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class KnownGrants(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Path, string Capability), long> grants = new();

    /// <summary>Whether all of them were granted lately.</summary>
    public bool Holds(IReadOnlyList<AccessNeed> needs) =>
        needs.All(need => grants.TryGetValue((need.Path, need.Capability), out var at) && time.GetElapsedTime(at) < Kept);

    /// <summary>Notes that they are granted.</summary>
    public void Note(IReadOnlyList<AccessNeed> needs)
    {
        foreach (var need in needs)
        {
            grants[(need.Path, need.Capability)] = time.GetTimestamp();
        }
    }

    /// <summary>Forgets them all.</summary>
    public void Forget() => grants.Clear();
}
