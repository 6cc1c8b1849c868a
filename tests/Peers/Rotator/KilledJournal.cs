using System.Diagnostics;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace Rotator;

/// <summary>Kills this process (SIGKILL) before or after a call that writes to the journal. A boundary is twice the number of the call, and one more for after it.</summary>
/// <param name="journal">The journal.</param>
/// <param name="boundary">Where to die; negative for nowhere.</param>
public sealed class KilledJournal(IRotationJournal journal, int boundary) : IRotationJournal
{
    private int boundaries;

    /// <summary>How many boundaries were passed.</summary>
    public int Boundaries => boundaries;

    public Task<Outcome<RotationLease>> TakeAsync(string key, string rotationId, TimeSpan term, CancellationToken cancellation) =>
        WriteAsync(() => journal.TakeAsync(key, rotationId, term, cancellation));

    public Task<Outcome<RotationLease>> ReleaseAsync(RotationLease lease, CancellationToken cancellation) => WriteAsync(() => journal.ReleaseAsync(lease, cancellation));

    public Task<Outcome<RotationEvent>> AppendAsync(RotationEvent happened, RotationState state, RotationLease lease, CancellationToken cancellation) =>
        WriteAsync(() => journal.AppendAsync(happened, state, lease, cancellation));

    public Task<Outcome<string>> SealAsync(RotationLease lease, string name, SecretValue value, CancellationToken cancellation) =>
        WriteAsync(() => journal.SealAsync(lease, name, value, cancellation));

    public Task<Outcome<RotationLease>> ForgetAsync(RotationLease lease, CancellationToken cancellation) => WriteAsync(() => journal.ForgetAsync(lease, cancellation));

    public Task<Outcome<Verification>> RecordAsync(Verification verification, CancellationToken cancellation) => WriteAsync(() => journal.RecordAsync(verification, cancellation));

    // The heartbeat renews by the clock, so it has no place among the boundaries.
    public Task<Outcome<RotationLease>> RenewAsync(RotationLease lease, TimeSpan term, CancellationToken cancellation) => journal.RenewAsync(lease, term, cancellation);

    public Task<Outcome<IReadOnlyList<RotationEvent>>> ReadAsync(string rotationId, CancellationToken cancellation) => journal.ReadAsync(rotationId, cancellation);

    public IAsyncEnumerable<Outcome<string>> ListAsync(RotationQuery query, CancellationToken cancellation) => journal.ListAsync(query, cancellation);

    public Task<Outcome<SecretValue>> UnsealAsync(string rotationId, string name, CancellationToken cancellation) => journal.UnsealAsync(rotationId, name, cancellation);

    public Task<Outcome<Verification>> FindVerificationAsync(string store, SecretVersion version, CancellationToken cancellation) =>
        journal.FindVerificationAsync(store, version, cancellation);

    public ValueTask DisposeAsync() => journal.DisposeAsync();

    private async Task<T> WriteAsync<T>(Func<Task<T>> write)
    {
        Pass();
        var written = await write();
        Pass();
        return written;
    }

    private void Pass()
    {
        if (Interlocked.Increment(ref boundaries) - 1 == boundary)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
