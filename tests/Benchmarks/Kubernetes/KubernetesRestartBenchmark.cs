using k8s;
using k8s.Models;

namespace RotateSecrets.Benchmarks;

/// <summary>What a number of restarted Deployments is compared with.</summary>
internal enum RestartRival
{
    /// <summary>kubectl rollout restart and status, one Deployment after the other.</summary>
    Sequence,

    /// <summary>The same, 40 at a time, by xargs.</summary>
    Xargs,

    /// <summary>The API server alone: all patches at once, then one watch until all are complete.</summary>
    Server,
}

/// <summary>Restarts Deployments of three pods, each ready after a second, and waits for them.</summary>
internal sealed class KubernetesRestartBenchmark : Benchmark, IDisposable
{
    private const int Rounds = 3;

    private readonly int deployments;
    private readonly RestartRival rival;
    private readonly double bound;
    private readonly BenchCluster cluster = BenchCluster.Open();
    private readonly System.Management.Automation.Runspaces.Runspace runspace = BuiltModule.Open();
    private readonly string scope;

    public KubernetesRestartBenchmark(int deployments, RestartRival rival, double bound)
    {
        (this.deployments, this.rival, this.bound) = (deployments, rival, bound);
        scope = MakeAsync().Result;
        runspace.Run("Import-Module $args[0]; $null = Connect-SecretStore -Kubernetes -Namespace $args[1] -RestartLimit 1000", BuiltModule.Manifest, scope);
    }

    public override string Compared => $"time: {deployments} Deployments restarted and waited for / {rival switch
    {
        RestartRival.Sequence => "kubectl, one after the other",
        RestartRival.Xargs => "kubectl by xargs -P 40",
        _ => "what the API server itself needs for it",
    }}";

    public override string Bound => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"<= {bound:0.000}");

    public override bool Holds(double ratio) => ratio <= bound;

    public override double Ratio() => Enumerable.Range(0, Rounds).Select(_ => Ratio(Measure("ours", Ours), Measure("theirs", Theirs))).Order().ElementAt(Rounds / 2);

    public void Dispose()
    {
        runspace.Dispose();
        cluster.Dispose();
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours() => runspace.Run(
        "$done = @(Get-Consumer $args[0] | Restart-Consumer -ThrottleLimit 1000 -Confirm:$false); if ($done.Where({ $_.Succeeded }).Count -ne $args[1]) { throw 'Not all were restarted.' }",
        $"k8s:{scope}/credentials#token",
        deployments);

    protected override void Theirs()
    {
        if (rival == RestartRival.Server)
        {
            ServerAsync().Wait();
            return;
        }

        var each = $"$KUBECTL -n {scope} rollout restart {{}} >/dev/null; $KUBECTL -n {scope} rollout status {{}} >/dev/null";
        KubectlProcess.Run($"$KUBECTL -n {scope} get deploy -o name | xargs -P {(rival == RestartRival.Xargs ? 40 : 1)} -I{{}} sh -c '{each}'");
    }

    private static TimeSpan Measure(string whose, Action work)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        work();
        Console.Error.WriteLine($"  {whose,-6} {watch.Elapsed.TotalSeconds,7:0.00} s");
        return watch.Elapsed;
    }

    private async Task<string> MakeAsync()
    {
        var made = await cluster.MakeNamespaceAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, deployments), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) => await cluster.MakeWorkloadAsync(made, "Deployment", $"d{number}", uses: true, replicas: 3));
        await cluster.UntilAvailableAsync(made);
        return made;
    }

    private async Task ServerAsync()
    {
        var apps = cluster.Api.AppsV1;
        var patch = new V1Patch($$"""{ "spec": { "template": { "metadata": { "annotations": { "bench": "{{Guid.NewGuid()}}" } } } } }""", V1Patch.PatchType.MergePatch);
        var before = (await apps.ListNamespacedDeploymentAsync(scope)).Items.ToDictionary(static found => found.Name(), static found => found.Metadata.Generation, StringComparer.Ordinal);
        var patched = Parallel.ForEachAsync(
            before.Keys, new ParallelOptions { MaxDegreeOfParallelism = deployments }, async (name, token) => await apps.PatchNamespacedDeploymentAsync(patch, name, scope, cancellationToken: token));
        var open = before.Keys.ToHashSet(StringComparer.Ordinal);
        void See(V1Deployment found)
        {
            if (found.Metadata.Generation > before[found.Name()] && BenchCluster.IsComplete(found))
            {
                open.Remove(found.Name());
            }
        }

        // A server that is busy ends the watch of a reader it doesn't find fast enough.
        while (open.Count > 0)
        {
            var listed = await apps.ListNamespacedDeploymentAsync(scope);
            listed.Items.ToList().ForEach(See);
            await foreach (var (_, found) in apps.WatchListNamespacedDeploymentAsync(scope, resourceVersion: listed.Metadata.ResourceVersion))
            {
                See(found);
                if (open.Count == 0)
                {
                    break;
                }
            }
        }

        await patched;
    }
}
