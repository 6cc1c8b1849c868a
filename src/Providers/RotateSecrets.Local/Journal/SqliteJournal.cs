using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Journal;

/// <summary>The journal: one SQLite file with a key of its own.</summary>
internal sealed class SqliteJournal : IRotationJournal
{
    private const string Tables =
        """
        CREATE TABLE verification (
            store TEXT NOT NULL, path TEXT NOT NULL, field TEXT NOT NULL, version TEXT NOT NULL, at INTEGER NOT NULL, evidence TEXT NOT NULL,
            mac BLOB NOT NULL, PRIMARY KEY (store, path, field, version))
        """;

    private static readonly SqliteFormat Format = new("journal", 0x524A6F75, 1);

    private readonly SealedFile file;

    private SqliteJournal(SealedFile file) => this.file = file;

    /// <summary>Opens the journal, and makes it where there is none.</summary>
    public static async Task<Outcome<SqliteJournal>> OpenAsync(string path, CancellationToken cancellation) =>
        await Task.Run(
            () => SealedFile.OpenOrCreate(path, Format, new KeySource(path + ".key", null), static (session, _, _) => session.Execute(Tables))
                .Map(static file => new SqliteJournal(file)),
            cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Verification>> RecordAsync(Verification verification, CancellationToken cancellation) =>
        file.UseAsync<Verification>(
            () =>
            {
                var (address, version) = (verification.Version.Address, verification.Version.Id);
                var at = verification.At.ToUnixTimeMilliseconds();
                file.Session.Execute(
                    "INSERT OR REPLACE INTO verification VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    verification.Store, address.Path, address.Field ?? string.Empty, version, at, verification.Evidence,
                    Mac(verification.Store, address, version, at, verification.Evidence));
                return verification;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<Outcome<Verification>> FindVerificationAsync(string store, SecretVersion version, CancellationToken cancellation) =>
        file.UseAsync<Verification>(
            () =>
            {
                var rows = file.Session.Rows(
                    "SELECT at, evidence, mac FROM verification WHERE store = $1 AND path = $2 AND field = $3 AND version = $4",
                    static row => (At: row.GetInt64(0), Evidence: row.GetString(1), Mac: row.GetFieldValue<byte[]>(2)),
                    store, version.Address.Path, version.Address.Field ?? string.Empty, version.Id);
                if (rows is not [var (at, evidence, mac)])
                {
                    return new Failure(FailureCode.NotVerified, version.Address.ToString(), $"Version {version.Id} of {version.Address} was never verified.");
                }

                return Mac(store, version.Address, version.Id, at, evidence).AsSpan().SequenceEqual(mac)
                    ? new Verification(store, version, DateTimeOffset.FromUnixTimeMilliseconds(at), evidence)
                    : throw new TamperedException($"the verification of version {version.Id} of {version.Address} is not what was written");
            },
            cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    private byte[] Mac(string store, SecretAddress address, string version, long at, string evidence) => file.Keys.Authenticate(new Canonical()
        .Add("verification").Add(file.Id).Add(store).Add(address.Path).Add(address.Field).Add(version).Add(at).Add(evidence).ToArray());
}
