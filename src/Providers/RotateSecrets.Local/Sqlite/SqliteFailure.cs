using Microsoft.Data.Sqlite;
using RotateSecrets.Outcomes;
using SQLitePCL;

namespace RotateSecrets.Local.Sqlite;

/// <summary>The one table from SQLite's result codes (sqlite.org/rescode.html) to failures.</summary>
internal static class SqliteFailure
{
    public static Failure Of(SqliteException fault, string path, string word) => fault.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => DiskFull(path, word),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
            new Failure(FailureCode.StoreBusy, path, $"Another process is writing to the {word} at {path}."),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            new Failure(FailureCode.StoreCorrupt, path, $"The {word} at {path} is damaged: SQLite can't read it."),
        raw.SQLITE_ERROR or raw.SQLITE_SCHEMA or raw.SQLITE_MISMATCH or raw.SQLITE_CONSTRAINT =>
            new Failure(FailureCode.StoreCorrupt, path, $"The {word} at {path} was altered: its tables are not as this module made them."),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
            new Failure(FailureCode.AccessDenied, path, $"The {word} at {path} can't be opened for writing.")
            {
                Remedy = "See that this user owns the file and its folder.",
            },
        var code => new Failure(
            FailureCode.StoreUnavailable, path, $"The {word} at {path} can't be used: SQLite answers {code} (extended {fault.SqliteExtendedErrorCode}).")
        {
            Effect = Effect.Unknown,
        },
    };

    public static Failure DiskFull(string path, string word) =>
        new(FailureCode.DiskFull, path, $"The disk under the {word} at {path} is full; the last change was not made.");
}
