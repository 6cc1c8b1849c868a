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

    // What follows the program's name in parentheses, counted from field 3: the state is the first, the start the twentieth.
    private const int StateField = 0;
    private const int StartField = 19;

    private static readonly Lazy<string> BootId = new(static () => File.ReadAllText(BootIdFile).Trim());

    /// <summary>This process.</summary>
    public static ProcessIdentity Own { get; } = Of(Environment.ProcessId)!;

    /// <summary>The process that has a number now; null where none has, or only the remains of one.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            return OperatingSystem.IsLinux() ? OfStat(pid, File.ReadAllText($"/proc/{pid}/stat")) : OfProcess(pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether it still runs.</summary>
    public bool IsAlive => Equals(Of(Pid));

    private static ProcessIdentity? OfStat(int pid, string stat)
    {
        // The name may hold anything, blanks and parentheses too: the last one ends it.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[StateField] is "Z" or "X" ? null : new ProcessIdentity(pid, $"{BootId.Value}:{fields[StartField]}");
    }

    private static ProcessIdentity? OfProcess(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.HasExited ? null : new ProcessIdentity(pid, process.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
    }
}
