using System.Globalization;
using RotateSecrets.Benchmarks;

// Ratios within one run, each against what a user would have otherwise. Absolute times depend on the machine and the hour.
return args switch
{
    ["host"] => ImportBenchmark.Host(),
    ["rotate", var secrets] => RotationBenchmark.Rotate(int.Parse(secrets, CultureInfo.InvariantCulture)),
    ["resume", var folder, var id] => await ResumeBenchmark.ResumeAsync(folder, id),
    ["discover", var address] => KubernetesDiscoveryBenchmark.Discover(address),
    [] => Measure(_ => true),
    var names => Measure(name => names.Contains(name, StringComparer.OrdinalIgnoreCase)),
};

static int Measure(Func<string, bool> wanted)
{
    BuiltModule.KeepTheUsersFolderClean();
    (string Name, Func<Benchmark> Make)[] benchmarks =
    [
        ("import", static () => new ImportBenchmark()),
        ("values", static () => new ValueBenchmark()),
        ("store", static () => new StoreBenchmark()),
        ("audit", static () => new AuditBenchmark()),
        ("journal", static () => new JournalBenchmark()),
        ("rotations", static () => new RotationBenchmark(ofMemory: false)),
        ("memory", static () => new RotationBenchmark(ofMemory: true)),
        ("cloudtrail", static () => new CloudTrailBenchmark()),
        ("aws-pace", static () => new AwsPaceBenchmark()),
        ("workflows", static () => new WorkflowBenchmark()),
        ("resume", static () => new ResumeBenchmark()),
        ("k8s-1", static () => new KubernetesRestartBenchmark(1, RestartRival.Sequence, 1)),
        ("k8s-10", static () => new KubernetesRestartBenchmark(10, RestartRival.Sequence, 0.4)),
        ("k8s-40", static () => new KubernetesRestartBenchmark(40, RestartRival.Xargs, 0.4)),
        ("k8s-40-server", static () => new KubernetesRestartBenchmark(40, RestartRival.Server, 1.5)),
        ("k8s-200", static () => new KubernetesRestartBenchmark(200, RestartRival.Server, 1.5)),
        ("k8s-requests", static () => new KubernetesRequestsBenchmark()),
        ("k8s-one", static () => new KubernetesDiscoveryBenchmark(ofAll: false, ofMemory: false)),
        ("k8s-one-mem", static () => new KubernetesDiscoveryBenchmark(ofAll: false, ofMemory: true)),
        ("k8s-all", static () => new KubernetesDiscoveryBenchmark(ofAll: true, ofMemory: false)),
    ];
    Console.WriteLine($"{"benchmark",-12} {"ratio",8}  {"bound",-10} what is compared");
    var failed = 0;
    foreach (var (name, make) in benchmarks.Where(benchmark => wanted(benchmark.Name)))
    {
        if (name.StartsWith("k8s-", StringComparison.Ordinal) && Environment.GetEnvironmentVariable("KUBECONFIG") is null or "")
        {
            Console.WriteLine($"{name,-12} {"-",8}  {"-",-10} KUBECONFIG names no cluster: eval \"$(tests/Peers/kubernetes.sh up)\" brings one up");
            continue;
        }

        var benchmark = make();
        using var files = benchmark as IDisposable;
        var ratio = benchmark.Ratio();
        var holds = benchmark.Holds(ratio);
        failed += holds ? 0 : 1;
        Console.WriteLine($"{name,-12} {ratio,8:0.000}  {benchmark.Bound,-10} {benchmark.Compared}{(holds ? string.Empty : "   NOT MET")}");
    }

    return failed;
}
