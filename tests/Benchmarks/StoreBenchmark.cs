using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using RotateSecrets.Local;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Benchmarks;

/// <summary>Writes to the embedded store, against single-row commits to raw SQLite at the same durability (WAL, synchronous FULL).</summary>
internal sealed class StoreBenchmark : Benchmark, IDisposable
{
    private const int Commits = 500;

    // In the build's own folder: a temporary one may lie in memory, where a commit costs nothing.
    private readonly string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"store-{Environment.ProcessId}")).FullName;
    private readonly SqliteConnection raw;
    private readonly ISecretStore store;
    private readonly SecretValue value = SecretValue.Create(64, RandomNumberGenerator.Fill);
    private int round;

    public StoreBenchmark()
    {
        var request = new ConnectionRequest("local", Path.Combine(folder, "secrets.db"), TimeProvider.System);
        store = new LocalProvider().ConnectAsync(request, CancellationToken.None).Result.Succeeded(out var connection, out var failure)
            ? connection.Store
            : throw new InvalidOperationException(failure.ToString());
        raw = new SqliteConnection($"Data Source={Path.Combine(folder, "raw.db")}");
        raw.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("CREATE TABLE version (path TEXT, number INTEGER, piece BLOB, PRIMARY KEY (path, number))");
    }

    public override string Name => "store";

    public override string Compared => "commits a second: writes to the embedded store / raw SQLite at the same durability";

    public override string Bound => ">= 0.500";

    public override bool Holds(double ratio) => ratio >= 0.5;

    public void Dispose()
    {
        raw.Dispose();
        value.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => theirs / ours;

    protected override void Ours()
    {
        round++;
        for (var i = 0; i < Commits; i++)
        {
            var address = SecretAddress.Parse($"local:S{round}-{i}");
            var written = store.PutAsync(new PutRequest(address, value, SecretStage.Current, $"{round}-{i}"), CancellationToken.None).Result;
            if (written.Failure is { } failure)
            {
                throw new InvalidOperationException(failure.ToString());
            }
        }
    }

    protected override void Theirs()
    {
        using var command = raw.CreateCommand();
        command.CommandText = "INSERT INTO version VALUES ($path, $number, $piece)";
        command.Parameters.AddWithValue("$path", $"S{round++}");
        var number = command.Parameters.AddWithValue("$number", 0);
        command.Parameters.AddWithValue("$piece", RandomNumberGenerator.GetBytes(92));
        for (var i = 0; i < Commits; i++)
        {
            number.Value = i;
            command.ExecuteNonQuery();
        }
    }

    private void Execute(string sql)
    {
        using var command = raw.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
