using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>What is in a journal in memory.</summary>
internal sealed class JournalState(TimeProvider time)
{
    private readonly Dictionary<string, (RotationLease Lease, OperatorProcess Holder, DateTimeOffset Since, DateTimeOffset Expires)> leases = new(StringComparer.Ordinal);

    public List<RotationEvent> Events { get; } = [];

    /// <summary>Of each rotation, in the order of their beginnings: its secret, its state, and when it was begun.</summary>
    public Dictionary<string, (string Key, RotationState State, DateTimeOffset StartedAt, int Number)> Rotations { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string Rotation, string Name), byte[]> Sealed { get; } = [];

    public List<Verification> Verifications { get; } = [];

    public Outcome<RotationLease> Take(string key, string rotationId, TimeSpan term, OperatorProcess process)
    {
        var isThere = leases.TryGetValue(key, out var held);
        if (isThere && held.Expires > time.GetUtcNow() && held.Holder.IsAlive)
        {
            return new Failure(FailureCode.LeaseHeld, key, $"This secret is being rotated by {held.Lease.Holder}, since {held.Since:u} (rotation {held.Lease.RotationId}).");
        }

        var lease = new RotationLease(key, rotationId, isThere ? held.Lease.Fence + 1 : 1, process.Name);
        leases[key] = (lease, process, time.GetUtcNow(), time.GetUtcNow() + term);
        return lease;
    }

    public Outcome<RotationLease> Renew(RotationLease lease, TimeSpan term)
    {
        if (Lost(lease) is { } lost)
        {
            return lost;
        }

        leases[lease.Key] = leases[lease.Key] with { Expires = time.GetUtcNow() + term };
        return lease;
    }

    public void Release(RotationLease lease)
    {
        if (Lost(lease) is null)
        {
            leases[lease.Key] = leases[lease.Key] with { Expires = DateTimeOffset.MinValue };
        }
    }

    public Failure? Lost(RotationLease lease) => leases.TryGetValue(lease.Key, out var held) && held.Lease.Fence == lease.Fence
        ? null
        : new Failure(FailureCode.LeaseLost, lease.Key, $"The rotation {lease.RotationId} was taken over by {held.Lease?.Holder}.");

    /// <summary>Whether somebody who lives holds a lease that has not run out.</summary>
    public bool IsHeld(string key) => leases.TryGetValue(key, out var held) && held.Expires > time.GetUtcNow() && held.Holder.IsAlive;

    public RotationEvent Append(RotationEvent happened, RotationState state, RotationLease lease)
    {
        var entry = happened with { Sequence = Events.Count + 1 };
        Events.Add(entry);
        Rotations[entry.RotationId] = Rotations.TryGetValue(entry.RotationId, out var known)
            ? known with { State = state }
            : (lease.Key, state, entry.At, Rotations.Count);
        return entry;
    }

    public SecretRotation Record(string rotationId) => SecretRotation.Of(rotationId, Events.Where(happened => happened.RotationId == rotationId));
}
