using System.Runtime.InteropServices;

namespace RotateSecrets.Local.Processes;

/// <summary>Signals, by their numbers (signal(7)).</summary>
internal enum Signal
{
    /// <summary>Only looks whether there is somebody to be signalled.</summary>
    None = 0,

    /// <summary>Ends a process by force.</summary>
    Kill = 9,

    /// <summary>Asks a process to end.</summary>
    Terminate = 15,
}

/// <summary>A process that was started in a session of its own, and all that it started there: a worker that outlives it still has the secrets.</summary>
/// <param name="Leader">The process. It may be gone already.</param>
/// <param name="Marker">What its environment carries, and with it that of all it started.</param>
internal sealed partial record ProcessSession(ProcessIdentity Leader, string Marker)
{
    /// <summary>The variable that carries the marker.</summary>
    public const string MarkerVariable = "ROTATESECRETS_INSTANCE";

    private const int NotPermitted = 1;

    /// <summary>Whether anything of it still runs.</summary>
    public bool IsAlive => Leader.IsAlive || (OperatingSystem.IsLinux() ? Members().Any() : Send(-Leader.Pid, Signal.None) == 0);

    /// <summary>Signals everything in it.</summary>
    /// <returns>Whether that was permitted.</returns>
    public bool TrySend(Signal signal)
    {
        // Not the group alone: a shell makes one for each of its jobs.
        List<int> targets = OperatingSystem.IsLinux() ? [.. Members()] : [-Leader.Pid];
        return targets.TrueForAll(target => Send(target, signal) == 0 || Marshal.GetLastPInvokeError() != NotPermitted);
    }

    private IEnumerable<int> Members()
    {
        if (Leader.IsAlive)
        {
            return InSession();
        }

        // Nobody else gets the number while the session lasts; so if somebody has it, or the machine was started anew, the session is gone. What is left of it otherwise
        // has to prove that it is: the number may have come and gone again.
        return Leader.IsOfThisBoot && (ProcessStat.Of(Leader.Pid)?.HasEnded ?? true) ? InSession().Where(Carries) : [];
    }

    private IEnumerable<int> InSession() => ProcessStat.All().Where(stat => stat.Session == Leader.Pid && !stat.HasEnded).Select(static stat => stat.Pid);

    private bool Carries(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains($"{MarkerVariable}={Marker}", StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int pid, Signal signal);
}
