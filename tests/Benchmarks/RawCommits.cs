using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace RotateSecrets.Benchmarks;

/// <summary>What SQLite can do by itself: a row of the size of ours and a commit each, in WAL with synchronous FULL.</summary>
internal sealed class RawCommits : IDisposable
{
    private readonly SqliteConnection connection;
    private int round;

    public RawCommits(string path)
    {
        connection = new SqliteConnection($"Data Source={path}");
        connection.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("CREATE TABLE version (path TEXT, number INTEGER, piece BLOB, PRIMARY KEY (path, number))");
    }

    public void Write(int commits)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO version VALUES ($path, $number, $piece)";
        command.Parameters.AddWithValue("$path", $"S{round++}");
        var number = command.Parameters.AddWithValue("$number", 0);
        command.Parameters.AddWithValue("$piece", RandomNumberGenerator.GetBytes(92));
        for (var i = 0; i < commits; i++)
        {
            number.Value = i;
            command.ExecuteNonQuery();
        }
    }

    public void Dispose() => connection.Dispose();

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
