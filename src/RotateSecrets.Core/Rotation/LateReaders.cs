using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation;

/// <summary>Finds who still asks a store for a version that nobody should use any more, where the store tells who reads.</summary>
internal static class LateReaders
{
    /// <summary>Finds them. Who has asked for another version since has moved on.</summary>
    /// <param name="store">The store.</param>
    /// <param name="version">The version.</param>
    /// <param name="since">From when on nobody should ask for it, in UTC.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>Nothing where nobody does; else <see cref="FailureCode.StillInUse"/> with who, from where and when; or why the log can't be read.</returns>
    public static async Task<Failure?> FailureAsync(ISecretStore store, SecretVersion version, DateTimeOffset since, CancellationToken cancellation)
    {
        if (!store.CapabilitiesAt(version.Address).HasFlag(StoreCapabilities.Audited))
        {
            return null;
        }

        var last = new Dictionary<(string Principal, string? From), StoreAuditEvent>();
        await foreach (var entry in store.ReadAuditAsync(new AuditQuery(version.Address, Since: since), cancellation))
        {
            if (!entry.Succeeded(out var happened, out var failure))
            {
                return failure;
            }

            if (!happened.IsOwn && happened.VersionId is not null && happened.Operation.StartsWith("read", StringComparison.Ordinal))
            {
                last[(happened.Principal, happened.From)] = happened;
            }
        }

        var late = last.Values.Where(reader => reader.VersionId == version.Id).OrderBy(static reader => reader.At).ToList();
        return late.Count == 0
            ? null
            : new Failure(
                FailureCode.StillInUse,
                version.Address.ToString(),
                $"Version {version.Id} of {version.Address} was asked for by {late.Count} clients that should have no use for it: "
                + $"{string.Join("; ", late.Take(3).Select(static reader => $"{reader.Principal}{(reader.From is { } from ? $" from {from}" : string.Empty)} at {reader.At:u}"))}.")
            {
                Remedy = "See Get-StoreAuditEvent for what they do, and have them read the current version; then it goes on by itself.",
            };
    }
}
