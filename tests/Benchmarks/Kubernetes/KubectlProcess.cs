using System.Diagnostics;
using System.Globalization;

namespace RotateSecrets.Benchmarks;

/// <summary>kubectl as an operator has it; KUBECTL names another one than the first on the path.</summary>
internal static class KubectlProcess
{
    public static string Name { get; } = Environment.GetEnvironmentVariable("KUBECTL") ?? "kubectl";

    /// <summary>Runs a line of shell, in which $KUBECTL stands for it.</summary>
    /// <returns>What the line printed, and the peak of the resident memory of all that it ran at once, in mebibytes.</returns>
    public static (string Said, double Mebibytes) Run(string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail; {line}"]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["KUBECTL"] = Name;
        using var shell = Process.Start(start)!;
        using var ended = new CancellationTokenSource();
        var peak = Task.Run(() => Watch(shell.Id, ended.Token));
        var said = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        ended.Cancel();
        return shell.ExitCode == 0 ? (said, peak.Result) : throw new InvalidOperationException($"{line} ended with {shell.ExitCode}.");
    }

    // The kernel keeps each process's peak: a look now and then finds it.
    private static double Watch(int shell, CancellationToken ended)
    {
        var peaks = new Dictionary<string, double>(StringComparer.Ordinal);
        while (!ended.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10)))
        {
            foreach (var child in Children(shell))
            {
                peaks[child] = Math.Max(peaks.GetValueOrDefault(child), Peak(child));
            }
        }

        return peaks.Values.DefaultIfEmpty().Max();
    }

    private static string[] Children(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static double Peak(string process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
