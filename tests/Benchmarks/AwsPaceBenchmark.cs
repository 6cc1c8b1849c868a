using AwsDouble;
using RotateSecrets.Aws;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Benchmarks;

/// <summary>Makes 500 secrets in AWS, against the time that the service's 50 writes a second allow. The double refuses what goes faster, and none may be refused.</summary>
internal sealed class AwsPaceBenchmark : Benchmark
{
    private const int Secrets = 500;
    private const int WritesPerSecond = 50;

    public override string Compared => "time: 500 writes to AWS / what 50 a second allow, none of them throttled";

    public override string Bound => "<= 1.200";

    public override bool Holds(double ratio) => ratio <= 1.2;

    // One round: it takes as long as the limit says, whatever the machine does.
    public override double Ratio()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Ours();
        return Ratio(watch.Elapsed, TimeSpan.FromSeconds((double)Secrets / WritesPerSecond));
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours() => WriteAsync().Wait();

    protected override void Theirs() => throw new NotSupportedException();

    private static async Task WriteAsync()
    {
        await using var server = await DoubleServer.StartAsync();
        server.WritesPerSecond = WritesPerSecond;
        using var key = SecretValue.FromText(DoubleServer.SecretKey);
        var settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["Region"] = [server.Region], ["AccessKeyId"] = [DoubleServer.AccessKey] };
        var connected = await new AwsProvider().ConnectAsync(new ConnectionRequest("aws", server.Address, TimeProvider.System) { Credential = key, Settings = settings }, CancellationToken.None);
        await using var store = connected.Succeeded(out var connection, out var failure) ? connection.Store : throw new InvalidOperationException(failure.ToString());
        using var value = SecretValue.FromText("value");
        await Parallel.ForEachAsync(Enumerable.Range(0, Secrets), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellation) =>
        {
            var written = await store.PutAsync(new PutRequest(SecretAddress.Parse($"aws:bench/{i}"), value, SecretStage.Current, Guid.NewGuid().ToString("N")), cancellation);
            if (written.Failure is { } refused)
            {
                throw new InvalidOperationException(refused.ToString());
            }
        });
        if (server.Throttled > 0)
        {
            throw new InvalidOperationException($"{server.Throttled} writes were throttled.");
        }
    }
}
