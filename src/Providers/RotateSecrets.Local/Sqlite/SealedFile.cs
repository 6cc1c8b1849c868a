using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using RotateSecrets.Local.Keys;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Sqlite;

/// <summary>An SQLite file with a key of its own: what the store and the journal have in common.</summary>
internal sealed class SealedFile : IDisposable
{
    private const int IdSize = 16;

    private const string Tables = "CREATE TABLE lock (id BLOB NOT NULL, kind INTEGER NOT NULL, salt BLOB NOT NULL, rounds INTEGER NOT NULL, piece BLOB NOT NULL)";

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly SqliteFormat format;

    private SealedFile(string path, SqliteFormat format, SqliteSession session, byte[] id, KeyRing keys)
    {
        this.format = format;
        Path = path;
        Session = session;
        Id = id;
        Keys = keys;
    }

    public string Path { get; }

    public SqliteSession Session { get; }

    /// <summary>16 random bytes that tell this file from every other: what is sealed here opens nowhere else.</summary>
    public byte[] Id { get; }

    public KeyRing Keys { get; }

    /// <summary>Opens a file, and makes it, with its key file if that is what opens it, where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What kind of file.</param>
    /// <param name="source">What opens it.</param>
    /// <param name="fill">Makes the tables and first rows of a new one; it is given the file's id and keys.</param>
    public static Outcome<SealedFile> OpenOrCreate(
        string path, SqliteFormat format, KeySource source, Action<SqliteSession, byte[], KeyRing> fill)
    {
        if (!File.Exists(path) && Create(path, format, source, fill).Failed(out var failure, out _))
        {
            return failure;
        }

        if (!SqliteFile.Open(path, format).Succeeded(out var session, out var unopened))
        {
            return unopened;
        }

        var unlocked = Unlock(path, format, session, source);
        if (unlocked.Failure is not null)
        {
            session.Dispose();
        }

        return unlocked;
    }

    /// <summary>Does work on the file, alone among the callers of this process, and turns what SQLite throws into a failure.</summary>
    public async Task<Outcome<T>> UseAsync<T>(Func<Outcome<T>> work, CancellationToken cancellation)
        where T : notnull
    {
        await gate.WaitAsync(cancellation);
        try
        {
            // SQLite answers on the thread that asks; handing each commit to another would cost more than it.
            return work();
        }
        catch (SqliteException e)
        {
            return SqliteFailure.Of(e, Path, format.Word);
        }
        catch (TamperedException e)
        {
            return Corrupt(e.Message);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        Session.Dispose();
        Keys.Dispose();
        gate.Dispose();
    }

    private Failure Corrupt(string flaw) => SqliteFile.Corrupt(Path, format, flaw);

    private static Outcome<bool> Create(
        string path, SqliteFormat format, KeySource source, Action<SqliteSession, byte[], KeyRing> fill)
    {
        if (source.Passphrase is null && KeyFile.EnsureExists(source.KeyFile).Failed(out var failure, out _))
        {
            return failure;
        }

        var id = RandomNumberGenerator.GetBytes(IdSize);
        if (!KeyWrap.Create(source, id).Succeeded(out var made, out var unmade))
        {
            return unmade;
        }

        using var dataKey = made.DataKey;
        using var keys = KeyRing.Derive(dataKey);
        return SqliteFile.Create(path, format, session =>
        {
            session.Execute(Tables);
            session.Execute(
                "INSERT INTO lock VALUES ($1, $2, $3, $4, $5)", id, (int)made.Wrap.Kind, made.Wrap.Salt, made.Wrap.Rounds, made.Wrap.Piece);
            fill(session, id, keys);
        });
    }

    private static Outcome<SealedFile> Unlock(string path, SqliteFormat format, SqliteSession session, KeySource source)
    {
        try
        {
            var locks = session.Rows(
                "SELECT id, kind, salt, rounds, piece FROM lock",
                static row => (
                    Id: row.GetFieldValue<byte[]>(0),
                    Wrap: new KeyWrap((KeyWrapKind)row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3), row.GetFieldValue<byte[]>(4))));
            if (locks is not [var (id, wrap)])
            {
                return SqliteFile.Corrupt(path, format, "the note of how it is locked is missing");
            }

            if (!wrap.Open(source, id, path).Succeeded(out var dataKey, out var failure))
            {
                return failure;
            }

            using (dataKey)
            {
                return new SealedFile(path, format, session, id, KeyRing.Derive(dataKey));
            }
        }
        catch (Exception e) when (e is InvalidCastException or InvalidOperationException or SqliteException)
        {
            return SqliteFile.Corrupt(path, format, "the note of how it is locked was altered");
        }
    }
}
