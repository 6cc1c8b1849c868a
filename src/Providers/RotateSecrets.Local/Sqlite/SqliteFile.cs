using Microsoft.Data.Sqlite;
using RotateSecrets.Installation;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Sqlite;

/// <summary>What kind of file it is: SQLite keeps both numbers in the header.</summary>
/// <param name="Word">What people call it, for messages.</param>
/// <param name="ApplicationId">Tells it from other SQLite files.</param>
/// <param name="Version">The version of its tables that this module writes.</param>
internal sealed record SqliteFormat(string Word, int ApplicationId, int Version)
{
    /// <summary>Whether the whole file is looked through when it is opened. One that grows for years is looked at where it is read.</summary>
    public bool IsCheckedWhole { get; init; } = true;
}

/// <summary>
/// Makes and opens SQLite files that survive a power cut: write-ahead log, synchronous FULL, mode 0600. A file is made aside and
/// moved into place whole, so an empty or half-made one is never ours. One that is damaged is refused and not written to.
/// </summary>
internal static class SqliteFile
{
    private const int BusySeconds = 5;

    /// <summary>Opens a file that exists.</summary>
    public static Outcome<SqliteSession> Open(string path, SqliteFormat format)
    {
        if (!File.Exists(path))
        {
            return new Failure(FailureCode.FileNotFound, path, $"There is no {format.Word} at {path}.");
        }

        try
        {
            if (FlawOf(path) is { } flaw)
            {
                return Corrupt(path, format, flaw);
            }

            var session = new SqliteSession(Connect(path));
            if (Check(session, path, format) is { } failure)
            {
                session.Dispose();
                return failure;
            }

            return session;
        }
        catch (SqliteException e)
        {
            return SqliteFailure.Of(e, path, format.Word);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.AccessDenied, path, $"The {format.Word} at {path} can't be read.");
        }
    }

    /// <summary>Makes a file. Of two processes that try at once, one makes it.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="format">What kind of file.</param>
    /// <param name="fill">Makes the tables and the first rows, in one transaction.</param>
    /// <returns>Whether this call made it.</returns>
    public static Outcome<bool> Create(string path, SqliteFormat format, Action<SqliteSession> fill)
    {
        var draft = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            PrivateFile.Touch(draft);
            using (var session = new SqliteSession(Connect(draft)))
            {
                session.Execute("PRAGMA journal_mode = WAL");
                using var transaction = session.Begin();
                session.Execute($"PRAGMA application_id = {format.ApplicationId}");
                session.Execute($"PRAGMA user_version = {format.Version}");
                fill(session);
                transaction.Commit();
            }

            File.Move(draft, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        catch (SqliteException e)
        {
            return SqliteFailure.Of(e, path, format.Word);
        }
        catch (IOException e) when (DiskFault.IsDiskFull(e))
        {
            return SqliteFailure.DiskFull(path, format.Word);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.AccessDenied, path, $"The {format.Word} can't be made at {path}.");
        }
        finally
        {
            TryDelete(draft);
        }
    }

    public static Failure Corrupt(string path, SqliteFormat format, string flaw) =>
        new(FailureCode.StoreCorrupt, path, $"The {format.Word} at {path} is damaged or was altered: {flaw}.");

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static Failure? Check(SqliteSession session, string path, SqliteFormat format)
    {
        if (session.Scalar("PRAGMA application_id") != format.ApplicationId)
        {
            return new Failure(FailureCode.StoreCorrupt, path, $"The file {path} is no {format.Word} of this module.")
            {
                Remedy = "Name another file; this one was not touched.",
            };
        }

        if (session.Scalar("PRAGMA user_version") is var version && version > format.Version)
        {
            return new Failure(
                FailureCode.StoreTooNew,
                path,
                $"The {format.Word} at {path} has the format {version}; this version of the module reads up to {format.Version}.");
        }

        session.Execute("PRAGMA synchronous = FULL");
        session.Execute("PRAGMA fullfsync = ON");

        // A commit here touches more pages than SQLite's default of 1,000 was made for; each checkpoint costs two more syncs.
        session.Execute("PRAGMA wal_autocheckpoint = 4000");
        session.Execute("PRAGMA secure_delete = ON");
        session.Execute("PRAGMA trusted_schema = OFF");
        session.Execute("PRAGMA cell_size_check = ON");
        return format.IsCheckedWhole && session.Text("PRAGMA quick_check(1)") is var verdict && verdict != "ok"
            ? Corrupt(path, format, verdict ?? "it can't be checked")
            : null;
    }

    // SQLite takes an empty file for an empty database, and would begin to write to it.
    private static string? FlawOf(string path)
    {
        Span<byte> header = stackalloc byte[100];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return $"it ends after {stream.Length} bytes";
        }

        if (!header.StartsWith("SQLite format 3\0"u8))
        {
            return "it doesn't begin as it should";
        }

        var pageSize = (header[16] << 8) + header[17] is var size && size == 1 ? 65536 : size;
        return pageSize < 512 || stream.Length % pageSize != 0 ? "it was cut off" : null;
    }

    private static void TryDelete(string draft)
    {
        try
        {
            foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm", "-journal"])
            {
                File.Delete(draft + suffix);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What failed before is what the caller has to hear of.
        }
    }
}
