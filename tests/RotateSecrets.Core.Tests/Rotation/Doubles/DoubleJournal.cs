using System.Runtime.CompilerServices;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>A journal in memory, as one process sees it. It can be told to be the last that the process does before, or after, an entry.</summary>
internal sealed class DoubleJournal(JournalState state, OperatorProcess process, Lock gate) : IRotationJournal
{
    private int appended;

    /// <summary>Before which entry the process is killed, counted from 1; 0 for none.</summary>
    public int KillBefore { get; init; }

    /// <summary>After which entry the process is killed, counted from 1; 0 for none.</summary>
    public int KillAfter { get; init; }

    public Task<Outcome<RotationLease>> TakeAsync(string key, string rotationId, TimeSpan term, CancellationToken cancellation) =>
        DoAsync(() => state.Take(key, rotationId, term, process));

    public Task<Outcome<RotationLease>> RenewAsync(RotationLease lease, TimeSpan term, CancellationToken cancellation) =>
        DoAsync(() => state.Renew(lease, term));

    public Task<Outcome<RotationLease>> ReleaseAsync(RotationLease lease, CancellationToken cancellation) => DoAsync<RotationLease>(() =>
    {
        state.Release(lease);
        return lease;
    });

    public async Task<Outcome<RotationEvent>> AppendAsync(
        RotationEvent happened, RotationState stateAfter, RotationLease lease, CancellationToken cancellation)
    {
        var number = ++appended;
        if (number == KillBefore)
        {
            process.Kill();
        }

        var outcome = await UnderAsync(lease, () => state.Append(happened, stateAfter, lease));
        if (number == KillAfter)
        {
            process.Kill();
            await process.RunningAsync();
        }

        return outcome;
    }

    public Task<Outcome<IReadOnlyList<RotationEvent>>> ReadAsync(string rotationId, CancellationToken cancellation) => DoAsync<IReadOnlyList<RotationEvent>>(() =>
        state.Events.Where(happened => happened.RotationId == rotationId).ToList() is { Count: > 0 } events
            ? events
            : new Failure(FailureCode.RotationNotFound, rotationId, $"There is no rotation {rotationId}."));

    public async IAsyncEnumerable<Outcome<string>> ListAsync(RotationQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var listed = await DoAsync<IReadOnlyList<string>>(() => state.Rotations
            .Where(rotation => (query.Key ?? rotation.Value.Key) == rotation.Value.Key
                && query.States?.Contains(rotation.Value.State) != false && rotation.Value.StartedAt >= (query.Since ?? DateTimeOffset.MinValue))
            .OrderByDescending(static rotation => rotation.Value.Number)
            .Take(query.Limit ?? int.MaxValue)
            .Select(static rotation => rotation.Key)
            .ToList());
        if (listed.Succeeded(out var ids, out _))
        {
            foreach (var id in ids)
            {
                yield return id;
            }
        }
    }

    public Task<Outcome<string>> SealAsync(RotationLease lease, string name, SecretValue value, CancellationToken cancellation) => UnderAsync(lease, () =>
    {
        var bytes = value.Reveal(static bytes => bytes.ToArray());
        state.Sealed.TryAdd((lease.RotationId, name), bytes);
        using var kept = SecretValue.FromBytes(state.Sealed[(lease.RotationId, name)]);
        return kept.Fingerprint;
    });

    public Task<Outcome<SecretValue>> UnsealAsync(string rotationId, string name, CancellationToken cancellation) => DoAsync<SecretValue>(() =>
        state.Sealed.TryGetValue((rotationId, name), out var bytes)
            ? SecretValue.FromBytes(bytes)
            : new Failure(FailureCode.VersionNotFound, rotationId, $"The rotation {rotationId} holds no {name} value."));

    public Task<Outcome<RotationLease>> ForgetAsync(RotationLease lease, CancellationToken cancellation) => UnderAsync(lease, () =>
    {
        foreach (var key in state.Sealed.Keys.Where(key => key.Rotation == lease.RotationId).ToList())
        {
            state.Sealed.Remove(key);
        }

        return lease;
    });

    public Task<Outcome<Verification>> RecordAsync(Verification verification, CancellationToken cancellation) => DoAsync<Verification>(() =>
    {
        state.Verifications.Add(verification);
        return verification;
    });

    public Task<Outcome<Verification>> FindVerificationAsync(string store, SecretVersion version, CancellationToken cancellation) => DoAsync<Verification>(() =>
        state.Verifications.FindLast(seen => seen.Store == store && seen.Version.Address.Equals(version.Address) && seen.Version.Id == version.Id) is { } seen
            ? seen
            : new Failure(FailureCode.NotVerified, version.Address.ToString(), $"{version} was never verified."));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Outcome<T>> DoAsync<T>(Func<Outcome<T>> work)
        where T : notnull
    {
        await process.RunningAsync();
        lock (gate)
        {
            return work();
        }
    }

    private Task<Outcome<T>> UnderAsync<T>(RotationLease lease, Func<T> work)
        where T : notnull => DoAsync<T>(() => state.Lost(lease) is { } lost ? lost : work());
}
