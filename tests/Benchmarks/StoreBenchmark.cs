using Microsoft.Data.Sqlite;
using System.Management.Automation.Runspaces;
using System.Security.Cryptography;

namespace RotateSecrets.Benchmarks;

/// <summary>Writes to the embedded store, against single-row commits to raw SQLite at the same durability (WAL, synchronous FULL).</summary>
internal sealed class StoreBenchmark : Benchmark, IDisposable
{
    private const int Commits = 300;

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-bench-").FullName;
    private readonly Runspace runspace = BuiltModule.Open();
    private readonly SqliteConnection raw;
    private int round;

    public StoreBenchmark()
    {
        runspace.Run("Import-Module $args[0]; $null = Connect-SecretStore -Local $args[1]", BuiltModule.Manifest, Path.Combine(folder, "secrets.db"));
        raw = new SqliteConnection($"Data Source={Path.Combine(folder, "raw.db")}");
        raw.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("CREATE TABLE version (path TEXT, number INTEGER, piece BLOB, PRIMARY KEY (path, number))");
    }

    public override string Name => "store";

    public override string Compared => "commits a second: Set-StoreSecret to the embedded store / raw SQLite at the same durability";

    public override string Bound => ">= 0.500";

    public override bool Holds(double ratio) => ratio >= 0.5;

    public void Dispose()
    {
        runspace.Dispose();
        raw.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => theirs / ours;

    protected override void Ours() =>
        runspace.Run($"$value = New-SecretValue; foreach ($i in 1..{Commits}) {{ $null = Set-StoreSecret \"local:S{round++}-$i\" -Value $value }}");

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
