using System.Diagnostics;
using System.Globalization;

namespace RotateSecrets.Benchmarks;

/// <summary>
/// Finds the consumers of one Secret among 5,000 workloads in 50 namespaces, and of all Secrets at once, against <c>kubectl get -A -o json | jq</c> of the same
/// question. Ours is measured in a process of its own, PowerShell with the module in it.
/// </summary>
/// <param name="ofAll">Whether the consumers of all Secrets are found, which takes every namespace.</param>
/// <param name="ofMemory">Whether the peak of the resident memory is compared, and not the time.</param>
internal sealed class KubernetesDiscoveryBenchmark(bool ofAll, bool ofMemory) : Benchmark, IDisposable
{
    private const int Rounds = 3;
    private const int Namespaces = 50;
    private const int InEach = 100;

    // Ten of a namespace's workloads use its Secret; the others use each one of its own.
    private const int Using = 10;

    // Making the workloads takes longest: what is measured once tells of time and memory.
    private static readonly Dictionary<bool, IReadOnlyList<(double OfTime, double OfMemory)>> Measured = [];
    private static BenchCluster? cluster;
    private static string? scope;

    public override string Compared =>
        $"{(ofMemory ? "peak resident memory" : "time")}: consumers of {(ofAll ? "every Secret" : "one Secret")} among {Namespaces * InEach} workloads / kubectl get -A -o json | jq";

    public override string Bound => ofMemory ? "<= 0.333" : "<= 1.000";

    public override bool Holds(double ratio) => ratio <= (ofMemory ? 1.0 / 3 : 1);

    /// <summary>The work itself, in a process of its own: says how many it found, the seconds and the mebibytes.</summary>
    public static int Discover(string address)
    {
        BuiltModule.KeepTheUsersFolderClean();
        using var runspace = BuiltModule.Open();
        runspace.Run("Import-Module $args[0]; $null = Connect-SecretStore -Kubernetes; $count = 0", BuiltModule.Manifest);
        var watch = Stopwatch.StartNew();
        runspace.Run(address == "*" ? "Get-Consumer -Kind Deployment, StatefulSet, DaemonSet, CronJob | & { process { if (\"$($_.Address)\" -notlike '*/default-token-*') { $script:count++ } } }" : "Get-Consumer $args[0] | & { process { $script:count++ } }", address);
        var seconds = watch.Elapsed.TotalSeconds;
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runspace.SessionStateProxy.GetVariable("count")} {seconds} {self.PeakWorkingSet64 / 1048576.0}"));
        return 0;
    }

    public override double Ratio()
    {
        cluster ??= MakeAsync().Result;
        if (!Measured.TryGetValue(ofAll, out var rounds))
        {
            Measured[ofAll] = rounds = [.. Enumerable.Range(0, Rounds).Select(_ => Once())];
        }

        return rounds.Select(round => ofMemory ? round.OfMemory : round.OfTime).Order().ElementAt(Rounds / 2);
    }

    public void Dispose()
    {
        // The workloads stay for the others; the namespaces go with the cluster.
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => throw new NotSupportedException();

    protected override void Ours() => throw new NotSupportedException();

    protected override void Theirs() => throw new NotSupportedException();

    private (double OfTime, double OfMemory) Once()
    {
        var watch = Stopwatch.StartNew();
        var one = ofAll ? string.Empty : $"select(.metadata.namespace == \"{scope}\") | ";
        var uses = ofAll ? "." : ". == \"credentials\"";
        var (said, mebibytes) = KubectlProcess.Run(
            $"$KUBECTL get deploy,sts,ds,cronjob -A -o json | jq '[.items[] | {one}select([.. | .secretKeyRef? | objects | .name] | any({uses}))] | length'");
        var seconds = watch.Elapsed.TotalSeconds;
        var (found, ourSeconds, ourMebibytes) = Ours(ofAll ? "*" : $"k8s:{scope}/credentials#token");
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ours {ourSeconds:0.00} s {ourMebibytes:0} MiB, theirs {seconds:0.00} s {mebibytes:0} MiB"));
        if (found != int.Parse(said, CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException($"{found} consumers were found, and kubectl finds {said.Trim()}.");
        }

        return (ourSeconds / seconds, ourMebibytes / mebibytes);
    }

    private static (int Found, double Seconds, double Mebibytes) Ours(string address)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(KubernetesDiscoveryBenchmark).Assembly.Location, "discover", address])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && said.Split(' ') is [var found, var seconds, var mebibytes]
            ? (int.Parse(found, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture), double.Parse(mebibytes, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"It ended with {process.ExitCode}: {said}");
    }

    private static async Task<BenchCluster> MakeAsync()
    {
        var made = BenchCluster.Open();
        for (var i = 0; i < Namespaces; i++)
        {
            scope = await made.MakeNamespaceAsync();
            await Parallel.ForEachAsync(Enumerable.Range(0, InEach), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
            {
                var kind = (number % 10) switch { < 6 => "Deployment", < 8 => "StatefulSet", 8 => "DaemonSet", _ => "CronJob" };
                await made.MakeWorkloadAsync(scope, kind, $"w{number}", uses: number < Using, replicas: 0);
            });
        }

        return made;
    }
}
