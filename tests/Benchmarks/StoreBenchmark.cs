using System.Security.Cryptography;
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
    private readonly string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"store-{Guid.NewGuid():n}")).FullName;
    private readonly RawCommits raw;
    private readonly ISecretStore store;
    private readonly SecretValue value = SecretValue.Create(64, RandomNumberGenerator.Fill);
    private int round;

    public StoreBenchmark()
    {
        var request = new ConnectionRequest("local", Path.Combine(folder, "secrets.db"), TimeProvider.System);
        store = new LocalProvider().ConnectAsync(request, CancellationToken.None).Result.Succeeded(out var connection, out var failure)
            ? connection.Store
            : throw new InvalidOperationException(failure.ToString());
        raw = new RawCommits(Path.Combine(folder, "raw.db"));
    }

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

    protected override void Theirs() => raw.Write(Commits);
}
