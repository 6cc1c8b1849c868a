using System.Globalization;

namespace RotateSecrets.Local.Processes;

/// <summary>What Linux tells of a process (proc(5), stat).</summary>
/// <param name="Pid">Its number.</param>
/// <param name="HasEnded">Whether only its remains are left, for its parent to look at.</param>
/// <param name="Session">The session it belongs to: the number of the process that began it.</param>
/// <param name="Start">When it was started, in ticks since the boot.</param>
internal sealed record ProcessStat(int Pid, bool HasEnded, int Session, string Start)
{
    // What follows the program's name, counted from field 3: the state, the parent, the group, the session, ... the start.
    private const int StateField = 0;
    private const int SessionField = 3;
    private const int StartField = 19;

    /// <summary>Every process there is.</summary>
    public static IEnumerable<ProcessStat> All() => Directory.EnumerateDirectories("/proc")
        .Select(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? Of(pid) : null)
        .OfType<ProcessStat>();

    /// <summary>The process that has a number now; null where none has.</summary>
    public static ProcessStat? Of(int pid)
    {
        try
        {
            return Parse(pid, File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a line of stat; null where it is none.</summary>
    public static ProcessStat? Parse(int pid, string stat)
    {
        // The name may hold anything, blanks and parentheses too: the last one ends it.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartField && int.TryParse(fields[SessionField], NumberStyles.None, CultureInfo.InvariantCulture, out var session)
            ? new ProcessStat(pid, fields[StateField] is "Z" or "X", session, fields[StartField])
            : null;
    }
}
