using Microsoft.Data.Sqlite;
using RotateSecrets.Local.Sqlite;

namespace RotateSecrets.Local.Store;

/// <summary>A change to the store: rows, audit entry and seal, all or none. Without a commit nothing happened.</summary>
internal sealed class StoreTransaction : IDisposable
{
    private readonly SealedFile file;
    private readonly SqliteTransaction transaction;
    private readonly AuditTable audit;
    private StoreSeal seal;

    public StoreTransaction(SealedFile file)
    {
        this.file = file;
        transaction = file.Session.Begin();
        Versions = new VersionTable(file);
        audit = new AuditTable(file);
        seal = ReadSeal(file);
    }

    public VersionTable Versions { get; }

    public static StoreSeal ReadSeal(SealedFile file)
    {
        var seals = file.Session.Rows(
            "SELECT count, sum, events, head, mac FROM seal",
            static row => new StoreSeal(
                row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4)));
        return seals is [var seal] && seal.IsGenuine(file.Id, file.Keys)
            ? seal
            : throw new TamperedException("the seal over all rows was altered");
    }

    public void Save(VersionRow row)
    {
        var (added, replaced) = Versions.Save(row);
        var sum = StoreSeal.Toggle(seal.Sum, added);
        seal = replaced is null
            ? seal with { Count = seal.Count + 1, Sum = sum }
            : seal with { Sum = StoreSeal.Toggle(sum, replaced) };
    }

    public void Audit(DateTimeOffset at, string operation, VersionRow row) =>
        seal = seal with { Events = seal.Events + 1, Head = audit.Append(seal.Events + 1, seal.Head, at, operation, row) };

    public void Commit()
    {
        var sealing = StoreSeal.Of(seal.Count, seal.Sum, seal.Events, seal.Head, file.Id, file.Keys);
        file.Session.Execute(
            "UPDATE seal SET count = $1, sum = $2, events = $3, head = $4, mac = $5",
            sealing.Count, sealing.Sum, sealing.Events, sealing.Head, sealing.Mac);
        transaction.Commit();
    }

    public void Dispose() => transaction.Dispose();
}
