using System.Collections.Concurrent;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Access;

/// <summary>
/// What the server said that the token may do, for some minutes: who looks with Test-StoreAccess and then rotates needn't have it asked again. Only grants are kept, and none once a request was refused.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class KnownGrants(TimeProvider time)
{
    private const string Default = "default";

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Path, string Capability), long> grants = new();

    /// <summary>
    /// Learns what the token's policies grant at single paths, as New-StorePolicy writes them. A rule for exactly one path goes before every other, so nothing that isn't told here can take it back. The rules with
    /// a wildcard prove nothing: those with <c>+</c> are not told, and one of them may deny what another grants. Nor do any in a namespace, for the paths are those of the root.
    /// </summary>
    /// <param name="client">Speaks with the server.</param>
    /// <param name="policies">The token's policies: by the one that is called default, it may ask.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <remarks>Source: the server's <c>sys/internal/ui/resultant-acl</c>, which its own user interface goes by, and its page "Policies", "Priority matching".</remarks>
    public async Task LearnAsync(VaultClient client, IReadOnlyList<string> policies, string store, CancellationToken cancellation)
    {
        if (client.Namespace is not null || !policies.Contains(Default, StringComparer.Ordinal)
            || (await client.SendAsync(VaultCall.Get("sys/internal/ui/resultant-acl", store), cancellation)).Failed(out _, out var reply))
        {
            return;
        }

        using (reply)
        {
            foreach (var rule in PolicyRule.ReadResultant(reply.Data).Where(static rule => rule.IsForOnePath && rule.Conditions.Count == 0))
            {
                foreach (var capability in rule.Capabilities)
                {
                    grants[(rule.Path, capability)] = time.GetTimestamp();
                }
            }
        }
    }

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
