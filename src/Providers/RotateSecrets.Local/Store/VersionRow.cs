using Microsoft.Data.Sqlite;
using RotateSecrets.Local.Keys;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Store;

/// <summary>A row of the table of versions.</summary>
internal sealed record VersionRow(
    string Path, string? Field, long Number, SecretStage Stage, long CreatedAt, long StagedAt, string Token, byte[]? Piece)
{
    public const string Table =
        """
        CREATE TABLE version (
            path TEXT NOT NULL, field TEXT NOT NULL, number INTEGER NOT NULL, stage INTEGER NOT NULL, created INTEGER NOT NULL,
            staged INTEGER NOT NULL, token TEXT NOT NULL, piece BLOB, mac BLOB NOT NULL, PRIMARY KEY (path, field, number)) WITHOUT ROWID
        """;

    public const string Columns = "path, field, number, stage, created, staged, token, piece, mac";

    /// <summary>The field as the table has it: one without a field differs from every one with.</summary>
    public string FieldKey => FieldKeyOf(Field);

    public string Id => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static string FieldKeyOf(string? field) => field is null ? string.Empty : "#" + field;

    public static (VersionRow Row, byte[] Mac) Read(SqliteDataReader row) => (
        new VersionRow(
            row.GetString(0),
            row.GetString(1) is ['#', .. var field] ? field : null,
            row.GetInt64(2),
            (SecretStage)row.GetInt64(3),
            row.GetInt64(4),
            row.GetInt64(5),
            row.GetString(6),
            row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7)),
        row.GetFieldValue<byte[]>(8));

    /// <summary>What the sealed value is bound to: it opens only as this version of this secret.</summary>
    public byte[] BelongsTo(byte[] fileId) => new Canonical().Add(fileId).Add(Path).Add(Field).Add(Number).ToArray();

    /// <summary>Authenticates the whole row.</summary>
    public byte[] Mac(byte[] fileId, KeyRing keys) => keys.Authenticate(new Canonical()
        .Add("version").Add(fileId).Add(Path).Add(Field).Add(Number).Add((long)Stage).Add(CreatedAt).Add(StagedAt).Add(Token)
        .Add(Piece ?? []).Add(Piece is null ? 0 : 1).ToArray());
}
