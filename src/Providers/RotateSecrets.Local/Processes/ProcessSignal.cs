using System.Runtime.InteropServices;

namespace RotateSecrets.Local.Processes;

/// <summary>Signals to processes, by kill(2).</summary>
internal static partial class ProcessSignal
{
    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Asks a process to end.</summary>
    public static void AskToEnd(ProcessIdentity process) => Send(process, process.Pid, Terminate);

    /// <summary>Ends a process and all that it started in its session.</summary>
    public static void End(ProcessIdentity process) => Send(process, -process.Pid, Kill);

    // Looked at again right before: between a look and a signal a number can change hands, and this is as short as it gets.
    private static void Send(ProcessIdentity process, int target, int signal)
    {
        if (process.IsAlive)
        {
            _ = SendSignal(target, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
