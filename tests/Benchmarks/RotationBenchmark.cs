using System.Diagnostics;
using System.Globalization;

namespace RotateSecrets.Benchmarks;

/// <summary>Rotates 100, 300 and 1,000 secrets of the embedded store at a ThrottleLimit of 32, each number in a fresh process: what they cost should grow with their number and no faster.</summary>
/// <param name="ofMemory">Whether the resident memory is compared, and not the time.</param>
internal sealed class RotationBenchmark(bool ofMemory) : Benchmark
{
    private const int Rounds = 3;

    public override string Compared => ofMemory ? "peak resident memory: 1,000 secrets / 100 secrets" : "time a secret: the worst of 300 and 1,000 secrets / 100 secrets";

    public override string Bound => ofMemory ? "<= 1.500" : "<= 1.200";

    public override bool Holds(double ratio) => ratio <= (ofMemory ? 1.5 : 1.2);

    /// <summary>The work itself, in a process of its own: says the seconds and the mebibytes.</summary>
    public static int Rotate(int secrets)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"rotations-{Guid.NewGuid():n}")).FullName;
        try
        {
            BuiltModule.KeepTheUsersFolderClean();
            using var runspace = BuiltModule.Open();
            runspace.Run("Import-Module $args[0]; $null = Connect-SecretStore -Local $args[1]", BuiltModule.Manifest, Path.Combine(folder, "secrets.db"));
            runspace.Run("foreach ($i in 1..$args[0]) { $null = New-SecretValue | Set-StoreSecret local:S$i }", secrets);
            var watch = Stopwatch.StartNew();
            runspace.Run(
                "$done = @(foreach ($i in 1..$args[0]) { \"local:S$i\" }) | Invoke-SecretRotation -ThrottleLimit 32 -Confirm:$false; if (@($done.where({ $_.State -eq 'Completed' })).Count -ne $args[0]) { throw 'Not all were rotated.' }", secrets);
            using var self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds} {self.PeakWorkingSet64 / 1048576.0}"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public override double Ratio() => Enumerable.Range(0, Rounds).Select(_ => Once()).Order().ElementAt(Rounds / 2);

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours()
    {
        // Measured in processes of their own.
    }

    protected override void Theirs()
    {
        // Measured in processes of their own.
    }

    private double Once()
    {
        var (few, some, many) = (Measure(100), Measure(300), Measure(1000));
        return ofMemory ? many.Mebibytes / few.Mebibytes : Math.Max(some.Seconds / few.Seconds / 3, many.Seconds / few.Seconds / 10);
    }

    private static (double Seconds, double Mebibytes) Measure(int secrets)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(RotationBenchmark).Assembly.Location, "rotate", secrets.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"It ended with {process.ExitCode}: {said}");
        }

        var parts = said.Split(' ').Select(static part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0], parts[1]);
    }
}
