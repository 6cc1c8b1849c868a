using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Journal;

/// <summary>The journal: one SQLite file with a key of its own, its events chained, its values sealed.</summary>
internal sealed class SqliteJournal : IRotationJournal
{
    private static readonly SqliteFormat Format = new("journal", 0x524A6F75, 1) { IsCheckedWhole = false };

    private static readonly string[] Tables =
        [EventTable.Tables, LeaseTable.Tables, RotationIndex.Tables, SealedValues.Tables, VerificationTable.Tables];

    private readonly SealedFile file;
    private readonly EventTable events;
    private readonly LeaseTable leases;
    private readonly RotationIndex index;
    private readonly SealedValues values;
    private readonly VerificationTable verifications;

    private SqliteJournal(SealedFile file, TimeProvider time)
    {
        this.file = file;
        events = new EventTable(file);
        leases = new LeaseTable(file, time);
        index = new RotationIndex(file);
        values = new SealedValues(file);
        verifications = new VerificationTable(file);
    }

    /// <summary>The text of every statement that was run, for a look at how they are carried out.</summary>
    public IReadOnlyCollection<string> Statements => file.Session.Statements;

    /// <summary>Opens the journal, and makes it where there is none.</summary>
    public static async Task<Outcome<SqliteJournal>> OpenAsync(string path, TimeProvider time, CancellationToken cancellation) =>
        await Task.Run(
            () => SealedFile.OpenOrCreate(path, Format, new KeySource(path + ".key", null), Fill).Map(file => new SqliteJournal(file, time)),
            cancellation);

    /// <inheritdoc/>
    public Task<Outcome<RotationLease>> TakeAsync(string key, string rotationId, TimeSpan term, CancellationToken cancellation) =>
        ChangeAsync(() => leases.Take(key, rotationId, term), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<RotationLease>> RenewAsync(RotationLease lease, TimeSpan term, CancellationToken cancellation) =>
        ChangeAsync(() => leases.Renew(lease, term), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<RotationLease>> ReleaseAsync(RotationLease lease, CancellationToken cancellation) =>
        ChangeAsync<RotationLease>(
            () =>
            {
                leases.Release(lease);
                return lease;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<Outcome<RotationEvent>> AppendAsync(
        RotationEvent happened, RotationState state, RotationLease lease, CancellationToken cancellation) =>
        UnderAsync(
            lease,
            () =>
            {
                var earlier = index.Of(happened.RotationId);
                var entry = events.Append(happened, earlier?.Last ?? 0);
                index.Note(entry, state, earlier, lease.Key);
                return entry;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<Outcome<IReadOnlyList<RotationEvent>>> ReadAsync(string rotationId, CancellationToken cancellation) =>
        file.UseAsync(
            () =>
            {
                using var snapshot = file.Session.Begin(deferred: true);
                return index.Of(rotationId) is { } noted
                    ? Outcome.Of(events.Read(rotationId, noted.Last))
                    : events.Has(rotationId) ? throw RotationIndex.Missing(rotationId)
                    : new Failure(FailureCode.RotationNotFound, rotationId, $"The journal {file.Path} has no rotation {rotationId}.");
            },
            cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<string>> ListAsync(
        RotationQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!(await file.UseAsync(() => Outcome.Of(index.Find(query)), cancellation)).Succeeded(out var ids, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var id in ids)
        {
            yield return id;
        }
    }

    /// <inheritdoc/>
    public Task<Outcome<string>> SealAsync(RotationLease lease, string name, SecretValue value, CancellationToken cancellation) =>
        UnderAsync(lease, () => values.Keep(lease.RotationId, name, value), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretValue>> UnsealAsync(string rotationId, string name, CancellationToken cancellation) =>
        file.UseAsync(() => values.Open(rotationId, name), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<RotationLease>> ForgetAsync(RotationLease lease, CancellationToken cancellation) =>
        UnderAsync(
            lease,
            () =>
            {
                values.Forget(lease.RotationId);
                return lease;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Verification>> RecordAsync(Verification verification, CancellationToken cancellation) =>
        ChangeAsync<Verification>(() => verifications.Record(verification), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Verification>> FindVerificationAsync(string store, SecretVersion version, CancellationToken cancellation) =>
        file.UseAsync(() => verifications.Find(store, version), cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Fill(SqliteSession session, byte[] fileId, KeyRing keys)
    {
        foreach (var tables in Tables)
        {
            session.Execute(tables);
        }

        EventTable.Fill(session, fileId, keys);
    }

    private Task<Outcome<T>> UnderAsync<T>(RotationLease lease, Func<T> work, CancellationToken cancellation)
        where T : notnull => ChangeAsync<T>(() => leases.Lost(lease) is { } lost ? lost : work(), cancellation);

    private Task<Outcome<T>> ChangeAsync<T>(Func<Outcome<T>> work, CancellationToken cancellation)
        where T : notnull =>
        file.UseAsync(
            () =>
            {
                using var transaction = file.Session.Begin();
                var outcome = work();
                if (outcome.Failure is null)
                {
                    transaction.Commit();
                }

                return outcome;
            },
            cancellation);
}
