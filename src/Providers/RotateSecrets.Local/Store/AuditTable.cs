using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Local.Store;

/// <summary>Who did what, each entry chained to the one before by its code.</summary>
internal sealed class AuditTable(SealedFile file)
{
    public const string Table =
        """
        CREATE TABLE audit (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, operation TEXT NOT NULL, path TEXT NOT NULL, field TEXT NOT NULL,
            version INTEGER NOT NULL, principal TEXT NOT NULL, origin TEXT NOT NULL, mac BLOB NOT NULL)
        """;

    private static readonly string Self = $"{Environment.UserName}@{Environment.MachineName}";

    private static readonly string Here = FormattableString.Invariant($"process {Environment.ProcessId}");

    /// <summary>Appends an entry.</summary>
    /// <returns>The new head of the chain.</returns>
    public byte[] Append(long number, byte[] head, DateTimeOffset at, string operation, VersionRow row)
    {
        var entry = new Entry(number, at.ToUnixTimeMilliseconds(), operation, row.Path, row.FieldKey, row.Number, Self, Here);
        var mac = entry.Mac(head, file);
        file.Session.Execute(
            "INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            entry.Number, entry.At, entry.Operation, entry.Path, entry.Field, entry.Version, entry.Principal, entry.Origin, mac);
        return mac;
    }

    /// <summary>Reads the entries that a query wants, and checks the chain from the first of them to its head.</summary>
    public List<StoreAuditEvent> Read(AuditQuery query, string store, StoreSeal seal)
    {
        var (count, head) = Before(query.Since);
        var wanted = new List<StoreAuditEvent>();
        foreach (var (entry, mac) in file.Session.Rows("SELECT * FROM audit WHERE number > $1 ORDER BY number", Entry.Read, count))
        {
            head = entry.Mac(head, file);
            count++;
            if (entry.Number != count || !head.AsSpan().SequenceEqual(mac))
            {
                throw new TamperedException($"entry {entry.Number} of the audit log is not what was written");
            }

            if (entry.Matches(query) && entry.ToEvent(store) is { } happened)
            {
                wanted.Add(happened);
            }
        }

        return count == seal.Events && head.AsSpan().SequenceEqual(seal.Head)
            ? wanted
            : throw new TamperedException("entries of the audit log are missing");
    }

    // The last entry before all that happened since, whatever the clock did meanwhile, and its code.
    private (long Number, byte[] Head) Before(DateTimeOffset? since)
    {
        var first = new byte[HMACSHA256.HashSizeInBytes];
        if (since is not { } moment)
        {
            return (0, first);
        }

        var before = file.Session.Scalar(
            "SELECT coalesce((SELECT min(number) FROM audit WHERE at >= $1), (SELECT max(number) + 1 FROM audit), 1) - 1", moment.ToUnixTimeMilliseconds()) ?? 0;
        return (before, before == 0 ? first : file.Session.Blob("SELECT mac FROM audit WHERE number = $1", before) ?? first);
    }

    private sealed record Entry(
        long Number, long At, string Operation, string Path, string Field, long Version, string Principal, string Origin)
    {
        public static (Entry Entry, byte[] Mac) Read(SqliteDataReader row) => (
            new Entry(
                row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetString(6), row.GetString(7)),
            row.GetFieldValue<byte[]>(8));

        public byte[] Mac(byte[] head, SealedFile file) => file.Keys.Authenticate(new Canonical()
            .Add("audit").Add(file.Id).Add(head).Add(Number).Add(At).Add(Operation).Add(Path).Add(Field).Add(Version).Add(Principal).Add(Origin).ToArray());

        public bool Matches(AuditQuery query) =>
            (query.Address is not { } address || (address.Path == Path && VersionRow.FieldKeyOf(address.Field) == Field))
            && (query.VersionId is null || query.VersionId == Version.ToString(CultureInfo.InvariantCulture))
            && (query.Since is null || At >= query.Since.Value.ToUnixTimeMilliseconds());

        public StoreAuditEvent? ToEvent(string store) =>
            SecretAddress.TryCreate(store, Path, Field is ['#', .. var field] ? field : null).Succeeded(out var address, out _)
                ? new StoreAuditEvent(
                    DateTimeOffset.FromUnixTimeMilliseconds(At),
                    Operation,
                    address,
                    Version.ToString(CultureInfo.InvariantCulture),
                    Principal,
                    Origin)
                {
                    IsOwn = Principal == Self && Origin == Here,
                }
                : null;
    }
}
