using RotateSecrets.Installation;
using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Local.Store;

/// <summary>The embedded store: one SQLite file, its values sealed with AES-256-GCM, its rows authenticated, its reads audited.</summary>
internal sealed class LocalStore : ISecretStore
{
    private static readonly SqliteFormat Format = new("secret store", 0x52536563, 1);

    private readonly SealedFile file;
    private readonly TimeProvider time;

    private LocalStore(SealedFile file, StoreDescription description, TimeProvider time)
    {
        this.file = file;
        this.time = time;
        Description = description;
    }

    /// <inheritdoc/>
    public StoreDescription Description { get; }

    /// <summary>Opens the store, and makes it where there is none. Every row is authenticated before the first is used.</summary>
    public static async Task<Outcome<LocalStore>> OpenAsync(
        string name, string path, KeySource source, TimeProvider time, CancellationToken cancellation)
    {
        if (!SealedFile.OpenOrCreate(path, Format, source, Fill).Succeeded(out var file, out var failure))
        {
            return failure;
        }

        var genuine = await file.UseAsync<bool>(() => Authenticate(file), cancellation);
        if (genuine.Failure is not null)
        {
            file.Dispose();
            return genuine.Failure;
        }

        const StoreCapabilities capabilities = StoreCapabilities.Readable | StoreCapabilities.Versioned | StoreCapabilities.Staged
            | StoreCapabilities.CompareAndSet | StoreCapabilities.Idempotent | StoreCapabilities.Audited | StoreCapabilities.Revocable;
        return new LocalStore(file, new StoreDescription(name, "Local", path, capabilities), time);
    }

    /// <inheritdoc/>
    public Task<Outcome<StoreAccessReport>> CheckAccessAsync(
        SecretAddress? address, StoreAccess wanted, CancellationToken cancellation) =>
        file.UseAsync<StoreAccessReport>(
            () =>
            {
                // A transaction that may write is the question itself: it is refused where the file can't be written.
                using var transaction = new StoreTransaction(file);
                var findings = new List<string>();
                if (PrivateFile.IsOpenToOthers(file.Path))
                {
                    findings.Add($"Others than its owner may read {file.Path}; its mode should be 0600.");
                }

                if (address is not null && transaction.Versions.Of(address).Count == 0)
                {
                    findings.Add($"There is no secret at {address} yet.");
                }

                return new StoreAccessReport(Description.Name, address, wanted, StoreAccess.None, findings);
            },
            cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<SecretVersion>> ListAsync(string prefix, CancellationToken cancellation) =>
        SpreadAsync(
            file.UseAsync<IReadOnlyList<SecretVersion>>(
                () => new VersionTable(file).StartingWith(prefix)
                    .GroupBy(static row => (row.Path, row.Field))
                    .Select(static versions => versions.FirstOrDefault(static row => row.Stage == SecretStage.Current) ?? versions.First())
                    .Select(row => Describe(SecretAddress.Parse(AddressOf(row)), row))
                    .ToList(),
                cancellation));

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<SecretVersion>> ListVersionsAsync(SecretAddress address, CancellationToken cancellation) =>
        SpreadAsync(
            file.UseAsync<IReadOnlyList<SecretVersion>>(
                () => new VersionTable(file).Of(address) is { Count: > 0 } rows
                    ? rows.ConvertAll(row => Describe(address, row))
                    : VersionChange.NoSecret(address),
                cancellation));

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> ReadAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        file.UseAsync<SecretVersion>(
            () =>
            {
                using var transaction = new StoreTransaction(file);
                if (!VersionChange.Find(address, version, transaction.Versions.Of(address)).Succeeded(out var row, out var failure))
                {
                    return failure;
                }

                if (transaction.Versions.ValueOf(row) is not { } value)
                {
                    return new Failure(
                        FailureCode.VersionNotFound, address.ToString(), $"Version {row.Id} of {address} was revoked; its value is gone.");
                }

                transaction.Audit(time.GetUtcNow(), "read", row);
                transaction.Commit();
                return Describe(address, row) with { Value = value };
            },
            cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PutAsync(PutRequest request, CancellationToken cancellation) =>
        ChangeAsync(
            request.Address, (table, versions) => VersionChange.Put(request, versions, table.ValueOf, Now), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> PromoteAsync(
        SecretAddress address, string version, string? expectedCurrent, CancellationToken cancellation) =>
        ChangeAsync(address, (_, versions) => VersionChange.Promote(address, version, expectedCurrent, versions, Now), cancellation);

    /// <inheritdoc/>
    public Task<Outcome<SecretVersion>> RevokeAsync(SecretAddress address, string version, CancellationToken cancellation) =>
        ChangeAsync(address, (_, versions) => VersionChange.Revoke(address, version, versions, Now), cancellation);

    /// <inheritdoc/>
    public async Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation)
    {
        var removed = await ChangeAsync(
            address,
            (_, versions) => versions.Count == 0 ? VersionChange.NoSecret(address) : VersionChange.Remove(versions, Now),
            cancellation);
        return removed.Failure is { Code: not FailureCode.SecretNotFound } failure ? failure : address;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<StoreAuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellation) =>
        SpreadAsync(
            file.UseAsync<IReadOnlyList<StoreAuditEvent>>(
                () =>
                {
                    using var snapshot = file.Session.Begin(deferred: true);
                    return new AuditTable(file).Read(query, Description.Name, StoreTransaction.ReadSeal(file));
                },
                cancellation));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static void Fill(SqliteSession session, byte[] fileId, KeyRing keys)
    {
        session.Execute(VersionRow.Table);
        session.Execute(AuditTable.Table);
        session.Execute(StoreSeal.Table);
        var seal = StoreSeal.Empty(fileId, keys);
        session.Execute("INSERT INTO seal VALUES ($1, $2, $3, $4, $5)", seal.Count, seal.Sum, seal.Events, seal.Head, seal.Mac);
    }

    private static Outcome<bool> Authenticate(SealedFile file)
    {
        using var snapshot = file.Session.Begin(deferred: true);
        var seal = StoreTransaction.ReadSeal(file);
        var rows = new VersionTable(file).StartingWith(string.Empty);
        var sum = rows.Aggregate(new byte[seal.Sum.Length], (sum, row) => StoreSeal.Toggle(sum, row.Mac(file.Id, file.Keys)));
        return rows.Count == seal.Count && sum.AsSpan().SequenceEqual(seal.Sum)
            ? true
            : throw new TamperedException("versions are missing or were put back");
    }

    private static async IAsyncEnumerable<Outcome<T>> SpreadAsync<T>(Task<Outcome<IReadOnlyList<T>>> work)
        where T : notnull
    {
        if (!(await work).Succeeded(out var items, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var item in items)
        {
            yield return item;
        }
    }

    private Task<Outcome<SecretVersion>> ChangeAsync(
        SecretAddress address, Func<VersionTable, IReadOnlyList<VersionRow>, Outcome<VersionChange>> decide, CancellationToken cancellation) =>
        file.UseAsync<SecretVersion>(
            () =>
            {
                using var transaction = new StoreTransaction(file);
                var versions = transaction.Versions;
                if (!decide(versions, versions.Of(address)).Succeeded(out var change, out var failure))
                {
                    return failure;
                }

                var result = change.Value is null ? change.Result : versions.WithValue(change.Result, change.Value);
                foreach (var row in change.Saves)
                {
                    transaction.Save(row.Number == result.Number ? result : row);
                }

                if (change.Saves.Count > 0)
                {
                    transaction.Audit(time.GetUtcNow(), change.Operation, result);
                    transaction.Commit();
                }

                return Describe(address, result);
            },
            cancellation);

    private string AddressOf(VersionRow row) => row.Field is null
        ? $"{Description.Name}:{row.Path}"
        : $"{Description.Name}:{row.Path}#{row.Field}";

    private SecretVersion Describe(SecretAddress address, VersionRow row)
    {
        using var value = new VersionTable(file).ValueOf(row);
        var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt);
        return new SecretVersion(address, row.Id, row.Stage, createdAt)
        {
            StagedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.StagedAt),
            Age = time.GetUtcNow() - createdAt,
            Fingerprint = value?.Fingerprint,
            Length = value?.Length,
            Token = row.Token,
        };
    }
}
