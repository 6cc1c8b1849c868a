using System.Globalization;
using RotateSecrets.Benchmarks;

// Ratios within one run, each against what a user would have otherwise. Absolute times depend on the machine and the hour.
return args switch
{
    ["host"] => ImportBenchmark.Host(),
    ["rotate", var secrets] => RotationBenchmark.Rotate(int.Parse(secrets, CultureInfo.InvariantCulture)),
    ["resume", var folder, var id] => await ResumeBenchmark.ResumeAsync(folder, id),
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
    ];
    Console.WriteLine($"{"benchmark",-12} {"ratio",8}  {"bound",-10} what is compared");
    var failed = 0;
    foreach (var (name, make) in benchmarks.Where(benchmark => wanted(benchmark.Name)))
    {
        var benchmark = make();
        using var files = benchmark as IDisposable;
        var ratio = benchmark.Ratio();
        var holds = benchmark.Holds(ratio);
        failed += holds ? 0 : 1;
        Console.WriteLine($"{name,-12} {ratio,8:0.000}  {benchmark.Bound,-10} {benchmark.Compared}{(holds ? string.Empty : "   NOT MET")}");
    }

    return failed;
}
