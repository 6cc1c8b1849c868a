using Microsoft.Data.Sqlite;

namespace RotateSecrets.Local.Sqlite;

/// <summary>A connection with its prepared statements. For one thread at a time.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);
    private SqliteTransaction? transaction;

    /// <summary>The text of every statement that was run.</summary>
    public IReadOnlyCollection<string> Statements => prepared.Keys;

    /// <summary>Begins a transaction. One that may write waits here, not half-way, for another process to finish.</summary>
    /// <param name="deferred">Whether it only reads: it then sees one state of the file, and keeps nobody waiting.</param>
    public SqliteTransaction Begin(bool deferred = false) => transaction = connection.BeginTransaction(deferred);

    /// <summary>A statement with its parameters bound, in their order: $1, $2 ...</summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            prepared[sql] = command;
        }

        command.Transaction = transaction?.Connection is null ? null : transaction;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i] ?? DBNull.Value;
            if (i < command.Parameters.Count)
            {
                command.Parameters[i].Value = value;
            }
            else
            {
                command.Parameters.AddWithValue(FormattableString.Invariant($"${i + 1}"), value);
            }
        }

        return command;
    }

    public int Execute(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteNonQuery();

    public long? Scalar(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteScalar() as long?;

    public string? Text(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteScalar() as string;

    public byte[]? Blob(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteScalar() as byte[];

    /// <summary>Reads all rows.</summary>
    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Command(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }
}
