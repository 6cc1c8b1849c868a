using System.Diagnostics;
using System.Globalization;

namespace RotateSecrets.Local.Processes;

/// <summary>A process that is not taken for another that got the same number later.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Start">
/// When it was started, as the kernel tells: on Linux the boot's id and the ticks since (proc(5), field 22 of stat), which no change of the clock moves; elsewhere the time.
/// </param>
internal sealed record ProcessIdentity(int Pid, string Start)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    private static readonly Lazy<string> BootId = new(static () => File.ReadAllText(BootIdFile).Trim());

    // A process that wrote a file was started before it; one that got its number later was not. File systems round their times.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    /// <summary>This process.</summary>
    public static ProcessIdentity Own { get; } = Of(Environment.ProcessId)!;

    /// <summary>The process that has a number now; null where none has, or only the remains of one.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            return OperatingSystem.IsLinux() ? Of(ProcessStat.Of(pid), BootId.Value) : OfProcess(pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Reads what a process wrote about itself: its number, and on Linux its stat and the boot's id, a line each.</summary>
    /// <param name="lines">What it wrote.</param>
    /// <param name="writtenAt">When, in UTC.</param>
    /// <returns>The process, which may be gone; null where the lines are of none.</returns>
    public static ProcessIdentity? Of(string[] lines, DateTime writtenAt)
    {
        if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 1)
        {
            return null;
        }

        if (OperatingSystem.IsLinux())
        {
            return lines.Length > 2 ? Of(ProcessStat.Parse(pid, lines[1]), lines[2]) : null;
        }

        return Of(pid) is { } now && DateTime.Parse(now.Start, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind) <= writtenAt + Rounding ? now : null;
    }

    /// <summary>Whether it still runs.</summary>
    public bool IsAlive => Equals(Of(Pid));

    /// <summary>Whether, on Linux, it was started since the machine was.</summary>
    public bool IsOfThisBoot => Start.StartsWith(BootId.Value, StringComparison.Ordinal);

    private static ProcessIdentity? Of(ProcessStat? stat, string bootId) =>
        stat is { HasEnded: false } ? new ProcessIdentity(stat.Pid, $"{bootId}:{stat.Start}") : null;

    private static ProcessIdentity? OfProcess(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.HasExited ? null : new ProcessIdentity(pid, process.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
    }
}
