namespace RotateSecrets.Stores;

/// <summary>A credential that a store made for somebody, and takes back by itself when its time is over.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Id">The store's own name for the lease.</param>
/// <param name="Role">What it was made for: the lease's name without its last part.</param>
public sealed record SecretLease(string Store, string Id, string Role)
{
    /// <summary>When it was issued, in UTC; null where the store doesn't tell.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When it ends, in UTC; null where it doesn't, or the store doesn't tell.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How old it was when the store was asked.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>How much time was left then.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Whether its end can be put off.</summary>
    public bool IsRenewable { get; init; }

    /// <summary>Whether the store gave up revoking it.</summary>
    public bool IsIrrevocable { get; init; }

    /// <summary>Store and id.</summary>
    public override string ToString() => $"{Store}:{Id}";
}

/// <summary>What became of a demand to revoke leases.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Target">The lease, or the prefix.</param>
/// <param name="IsPrefix">Whether it is a prefix.</param>
/// <param name="WasForced">Whether the store was told to forget what it can't revoke: such credentials may still work.</param>
/// <param name="ProvenAt">When nothing was left, in UTC.</param>
public sealed record LeaseRevocation(string Store, string Target, bool IsPrefix, bool WasForced, DateTimeOffset ProvenAt);
