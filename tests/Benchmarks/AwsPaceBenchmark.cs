using System.Diagnostics;
using System.Text.Json.Nodes;
using AwsDouble;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using Rotator;

namespace RotateSecrets.Benchmarks;

/// <summary>
/// Rotates 500 secrets of AWS in one invocation, against the time that the service's quotas allow: 50 a second of looks at policies, which all come first, and then 50 a second of three writes
/// each. The double refuses writes that go faster, and none may be refused. AWS_SECRETS sets another number.
/// </summary>
internal sealed class AwsPaceBenchmark : Benchmark
{
    private const int PerSecond = 50;
    private const int RequestsASecret = 4;

    private static readonly int Secrets = int.TryParse(Environment.GetEnvironmentVariable("AWS_SECRETS"), out var secrets) ? secrets : 500;

    public override string Compared => $"time: {Secrets} rotations in AWS / what its quotas allow, none of their requests throttled";

    public override string Bound => "<= 1.200";

    public override bool Holds(double ratio) => ratio <= 1.2;

    // One round: it takes as long as the limit says, whatever the machine does.
    public override double Ratio() => Ratio(RotateAsync().Result, TimeSpan.FromSeconds((double)Secrets * RequestsASecret / PerSecond));

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours()
    {
        // Measured once.
    }

    protected override void Theirs()
    {
        // Reckoned.
    }

    private static async Task<TimeSpan> RotateAsync()
    {
        await using var server = await DoubleServer.StartAsync();
        for (var secret = 0; secret < Secrets; secret++)
        {
            server.Secrets.Call("CreateSecret", server.Region, new JsonObject { ["Name"] = $"bench/{secret}", ["ClientRequestToken"] = Guid.NewGuid().ToString(), ["SecretString"] = "value" });
        }

        server.WritesPerSecond = PerSecond;

        // In memory where that can be had: how fast a disk takes the journal's commits is no matter of AWS.
        var parent = Directory.Exists("/dev/shm") ? "/dev/shm" : AppContext.BaseDirectory;
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"rotatesecrets-pace-{Guid.NewGuid():n}")).FullName;
        foreach (var (name, value) in new[]
        {
            ("AWS_ENDPOINT_URL", server.Address), ("AWS_REGION", server.Region), ("AWS_ACCESS_KEY_ID", DoubleServer.AccessKey), ("AWS_SECRET_ACCESS_KEY", DoubleServer.SecretKey),
        })
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        try
        {
            await using var world = await World.OpenAsync(folder);
            var watch = Stopwatch.StartNew();
            var completed = 0;
            var plans = Enumerable.Range(0, Secrets).Select(static secret => new RotationPlan(SecretAddress.Parse($"aws:bench/{secret}"))).ToList();
            await foreach (var happened in world.Runner.RunAsync(plans, new RotationOptions { ThrottleLimit = 32 }, default))
            {
                completed += World.Of(happened) is { Kind: RotationEventKind.Ended } ended && ended.Message.EndsWith($"{RotationState.Completed}.", StringComparison.Ordinal) ? 1 : 0;
            }

            return completed == Secrets && server.Throttled == 0
                ? watch.Elapsed
                : throw new InvalidOperationException($"{completed} rotations were completed, and {server.Throttled} writes throttled.");
        }
        finally
        {
            Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", null);
            Directory.Delete(folder, recursive: true);
        }
    }
}
