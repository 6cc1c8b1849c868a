using RotateSecrets.Benchmarks;

// Ratios within one run, each against what a user would have otherwise. Absolute times depend on the machine and the hour.
return args switch
{
    ["host"] => ImportBenchmark.Host(),
    [] => Measure(_ => true),
    var names => Measure(name => names.Contains(name, StringComparer.OrdinalIgnoreCase)),
};

static int Measure(Func<string, bool> wanted)
{
    BuiltModule.KeepTheUsersFolderClean();
    Benchmark[] benchmarks = [new ImportBenchmark(), new ValueBenchmark(), new StoreBenchmark()];
    Console.WriteLine($"{"benchmark",-12} {"ratio",8}  {"bound",-10} what is compared");
    var failed = 0;
    foreach (var benchmark in benchmarks.Where(benchmark => wanted(benchmark.Name)))
    {
        var ratio = benchmark.Ratio();
        var holds = benchmark.Holds(ratio);
        failed += holds ? 0 : 1;
        Console.WriteLine($"{benchmark.Name,-12} {ratio,8:0.000}  {benchmark.Bound,-10} {benchmark.Compared}{(holds ? string.Empty : "   NOT MET")}");
    }

    return failed;
}
