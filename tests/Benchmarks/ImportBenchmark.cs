using System.Diagnostics;
using System.Globalization;

namespace RotateSecrets.Benchmarks;

/// <summary>
/// Import-Module in a started host, against starting that host: each in a fresh process, since an import is fast the second time. The host has imported an empty module
/// before, as every shell has imported its own: so the engine's own machinery for imports, which is compiled at first use, isn't counted as ours.
/// </summary>
internal sealed class ImportBenchmark : Benchmark
{
    private const int Processes = 9;

    public override string Compared => "time to import the module into a started host / time to start that host";

    public override string Bound => "<= 0.100";

    public override bool Holds(double ratio) => ratio <= 0.1;

    public static int Host()
    {
        var folder = Directory.CreateTempSubdirectory("rotatesecrets-bench-").FullName;
        File.WriteAllText(Path.Combine(folder, "Empty.psm1"), string.Empty);
        File.WriteAllText(Path.Combine(folder, "Empty.psd1"), "@{ ModuleVersion = '1.0'; RootModule = 'Empty.psm1'; FunctionsToExport = @() }");
        using var runspace = BuiltModule.Open();
        runspace.Run("Import-Module $args[0]", Path.Combine(folder, "Empty.psd1"));
        var started = DateTime.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime();
        var watch = Stopwatch.StartNew();
        runspace.Run("Import-Module $args[0]", BuiltModule.Manifest);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds} {started.TotalSeconds}"));
        return 0;
    }

    public override double Ratio() => Enumerable.Range(0, Processes).Select(_ => Once()).Order().ElementAt(Processes / 2);

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours()
    {
        // Measured in a process of its own.
    }

    protected override void Theirs()
    {
        // Measured in a process of its own.
    }

    private static double Once()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ImportBenchmark).Assembly.Location, "host"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var parts = process.StandardOutput.ReadToEnd().Split(' ').Select(static part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        process.WaitForExit();
        return parts[0] / parts[1];
    }
}
