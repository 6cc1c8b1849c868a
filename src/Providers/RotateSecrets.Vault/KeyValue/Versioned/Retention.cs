using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Mounts;

namespace RotateSecrets.Vault.KeyValue.Versioned;

/// <summary>Sees that the server keeps the old value long enough for the way back.</summary>
internal sealed class Retention(VaultServer server)
{
    // What the engine keeps where neither the secret nor its mount says anything.
    private const int DefaultVersions = 10;

    // The old version, the candidate, and the old value written again.
    private const int Needed = 3;

    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);

    /// <summary>Checks a secret.</summary>
    public async Task<Outcome<(StoreAccess Impossible, IReadOnlyList<string> Findings)>> CheckAsync(
        SecretAddress address, SecretPlace place, KeyMetadata metadata, StoreAccess wanted, CancellationToken cancellation)
    {
        var findings = new List<string>();
        var impossible = StoreAccess.None;
        if (metadata.Versions.IsEmpty)
        {
            findings.Add($"There is no secret at {address} yet.");
        }

        if (!metadata.CanNote)
        {
            findings.Add("The server has no custom metadata: what is a candidate and who wrote it is known from the journal alone.");
        }

        var (kept, lifetime) = (metadata.MaxVersions, metadata.DeleteAfter);
        if (kept == 0 || lifetime == TimeSpan.Zero)
        {
            if ((await server.Mounts.ConfigAsync(place.Mount, address.ToString(), cancellation)).Failed(out var failure, out var config))
            {
                return failure;
            }

            kept = kept != 0 ? kept : config.MaxVersions != 0 ? config.MaxVersions : DefaultVersions;
            lifetime = lifetime != TimeSpan.Zero ? lifetime : config.DeleteAfter;
        }

        if (kept < Needed && wanted.HasFlag(StoreAccess.Promote))
        {
            impossible |= StoreAccess.Promote;
            findings.Add($"{place.Path} keeps {kept} versions (max_versions), and a rotation that can be undone needs {Needed}: `vault kv metadata put -max-versions={DefaultVersions}` gives it room.");
        }

        if (lifetime > TimeSpan.Zero && lifetime < Shortest && wanted.HasFlag(StoreAccess.Promote))
        {
            impossible |= StoreAccess.Promote;
            findings.Add($"The server deletes the versions of {place.Path} {lifetime} after they were written (delete_version_after): the new value would be gone by then, and the old one perhaps before it is replaced.");
        }
        else if (lifetime > TimeSpan.Zero)
        {
            findings.Add($"The server deletes the versions of {place.Path} {lifetime} after they were written (delete_version_after): rotate again before.");
        }

        return (impossible, findings);
    }
}
