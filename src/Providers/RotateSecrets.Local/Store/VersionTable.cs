using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Sqlite;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Store;

/// <summary>The versions as they lie in the file. Every row that is read is authenticated.</summary>
internal sealed class VersionTable(SealedFile file)
{
    /// <summary>The versions of a secret, youngest first.</summary>
    public List<VersionRow> Of(SecretAddress address) => Genuine(file.Session.Rows(
        $"SELECT {VersionRow.Columns} FROM version WHERE path = $1 AND field = $2 ORDER BY number DESC",
        VersionRow.Read,
        address.Path,
        VersionRow.FieldKeyOf(address.Field)));

    /// <summary>All versions, by path, youngest first.</summary>
    public List<VersionRow> StartingWith(string prefix) => Genuine(file.Session.Rows(
        $"SELECT {VersionRow.Columns} FROM version WHERE substr(path, 1, length($1)) = $1 ORDER BY path, field, number DESC",
        VersionRow.Read,
        prefix));

    /// <summary>Writes a row, in place of the one with the same key.</summary>
    /// <returns>The codes of the new row and of the one it replaced.</returns>
    public (byte[] Added, byte[]? Replaced) Save(VersionRow row)
    {
        var replaced = file.Session.Blob(
            "SELECT mac FROM version WHERE path = $1 AND field = $2 AND number = $3", row.Path, row.FieldKey, row.Number);
        var mac = row.Mac(file.Id, file.Keys);
        file.Session.Execute(
            $"INSERT OR REPLACE INTO version ({VersionRow.Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            row.Path, row.FieldKey, row.Number, (int)row.Stage, row.CreatedAt, row.StagedAt, row.Token, row.Piece, mac);
        return (mac, replaced);
    }

    /// <summary>Seals a value for a row.</summary>
    public VersionRow WithValue(VersionRow row, SecretValue value) =>
        row with { Piece = Sealing.Seal(file.Keys.Sealing, value, row.BelongsTo(file.Id)) };

    /// <summary>Opens the value of a row; null where it was revoked. The caller disposes of it.</summary>
    public SecretValue? ValueOf(VersionRow row) => row.Piece is null
        ? null
        : Sealing.Open(file.Keys.Sealing, row.Piece, row.BelongsTo(file.Id))
            ?? throw new TamperedException($"the value of version {row.Id} of {row.Path} doesn't open");

    private List<VersionRow> Genuine(List<(VersionRow Row, byte[] Mac)> rows)
    {
        foreach (var (row, mac) in rows)
        {
            if (!row.Mac(file.Id, file.Keys).AsSpan().SequenceEqual(mac))
            {
                throw new TamperedException($"version {row.Id} of {row.Path} is not what was written");
            }
        }

        return rows.ConvertAll(static pair => pair.Row);
    }
}
