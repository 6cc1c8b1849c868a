namespace RotateSecrets.Peers.Vault.Engines;

/// <summary>A lease.</summary>
public sealed class DoubleLease(string id, DateTimeOffset issuedAt, DateTimeOffset expiresAt)
{
    public string Id { get; } = id;

    public DateTimeOffset IssuedAt { get; } = issuedAt;

    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    /// <summary>Why it can't be revoked; null where it can.</summary>
    public string? Error { get; set; }

    public bool IsQueued { get; set; }
}

/// <summary>The leases. A revocation is queued unless it is asked for at once, and is carried out when the queue is worked off.</summary>
internal sealed class LeaseTable(TimeProvider time)
{
    private readonly SortedDictionary<string, DoubleLease> leases = new(StringComparer.Ordinal);

    public IEnumerable<DoubleLease> All => leases.Values;

    /// <summary>Prefixes whose credentials can't be revoked, because what they are for is gone.</summary>
    public HashSet<string> Broken { get; } = new(StringComparer.Ordinal);

    public DoubleLease Issue(string prefix, DateTimeOffset expiresAt)
    {
        var lease = new DoubleLease(prefix + Guid.NewGuid().ToString("N")[..24], time.GetUtcNow(), expiresAt);
        return leases[lease.Id] = lease;
    }

    public DoubleLease? Find(string id) => leases.GetValueOrDefault(id);

    public IEnumerable<DoubleLease> Under(string prefix) => leases.Values.Where(lease => lease.Id.StartsWith(prefix.TrimEnd('/') + "/", StringComparison.Ordinal));

    /// <summary>Revokes leases.</summary>
    /// <returns>Whether all that were asked for at once are gone.</returns>
    public bool Revoke(IReadOnlyList<DoubleLease> wanted, bool sync, bool force)
    {
        foreach (var lease in wanted)
        {
            if (!sync && !force)
            {
                lease.IsQueued = true;
            }
            else if (!force && Broken.Any(prefix => lease.Id.StartsWith(prefix, StringComparison.Ordinal)))
            {
                return false;
            }
            else
            {
                leases.Remove(lease.Id);
            }
        }

        return true;
    }

    /// <summary>Works off the queue. What fails is irrevocable from then on.</summary>
    public void Work()
    {
        foreach (var lease in leases.Values.Where(static lease => lease.IsQueued).ToList())
        {
            if (Broken.Any(prefix => lease.Id.StartsWith(prefix, StringComparison.Ordinal)))
            {
                lease.IsQueued = false;
                lease.Error = "failed to revoke entry: dial tcp: connection refused";
            }
            else
            {
                leases.Remove(lease.Id);
            }
        }
    }
}
