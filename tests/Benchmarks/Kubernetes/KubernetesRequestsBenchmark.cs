using System.Text.Json;

namespace RotateSecrets.Benchmarks;

/// <summary>How many requests it takes to find, restart and await 40 Deployments, counted by the API server: from its audit log, watches apart.</summary>
internal sealed class KubernetesRequestsBenchmark : Benchmark, IDisposable
{
    private const int Deployments = 40;

    private readonly BenchCluster cluster = BenchCluster.Open();

    public override string Compared => $"API requests, watches apart: {Deployments} Deployments found, restarted and waited for / their number";

    public override string Bound => "<= 3.000";

    public override bool Holds(double ratio) => ratio <= 3;

    public override double Ratio()
    {
        var scope = MakeAsync().Result;
        using var runspace = BuiltModule.Open();
        runspace.Run("Import-Module $args[0]; $null = Connect-SecretStore -Kubernetes -Namespace $args[1] -RestartLimit 1000", BuiltModule.Manifest, scope);
        var from = new FileInfo(cluster.AuditLog).Length;
        runspace.Run("$null = Get-Consumer $args[0] | Restart-Consumer -ThrottleLimit 1000 -Confirm:$false", $"k8s:{scope}/credentials#token");
        return (double)Count(from) / Deployments;
    }

    public void Dispose() => cluster.Dispose();

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => throw new NotSupportedException();

    protected override void Ours() => throw new NotSupportedException();

    protected override void Theirs() => throw new NotSupportedException();

    private int Count(long from)
    {
        using var log = new FileStream(cluster.AuditLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = from;
        using var lines = new StreamReader(log);
        var counted = new SortedDictionary<string, int>(StringComparer.Ordinal);
        while (lines.ReadLine() is { } line)
        {
            using var entry = JsonDocument.Parse(line);
            var verb = entry.RootElement.GetProperty("verb").GetString()!;
            if (verb != "watch" && entry.RootElement.GetProperty("stage").GetString() == "ResponseComplete")
            {
                var what = entry.RootElement.TryGetProperty("objectRef", out var about) ? about.GetProperty("resource").GetString() : "(none)";
                counted[$"{verb} {what}"] = counted.GetValueOrDefault($"{verb} {what}") + 1;
            }
        }

        Console.Error.WriteLine("  " + string.Join(", ", counted.Select(static pair => $"{pair.Value} {pair.Key}")));
        return counted.Values.Sum();
    }

    private async Task<string> MakeAsync()
    {
        var scope = await cluster.MakeNamespaceAsync();
        foreach (var number in Enumerable.Range(0, Deployments))
        {
            await cluster.MakeWorkloadAsync(scope, "Deployment", $"d{number}", uses: true, replicas: 3);
        }

        await cluster.UntilAvailableAsync(scope);
        return scope;
    }
}
