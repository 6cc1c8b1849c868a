using System.ComponentModel;
using System.Diagnostics;

namespace RotateSecrets.Local.Processes;

/// <summary>
/// Starts a process that outlives this one: in a session of its own, so that no Ctrl-C reaches it, and writing who it is to a file before it becomes the service, so that
/// it can be found even if this process dies at any instruction.
/// </summary>
internal static class ProcessLauncher
{
    // $1 is the file, $2 the log, the rest the command. The file appears whole, and only if there is none: a launch that was given up, or is a second one of the same
    // generation, ends here. What the process writes stays true when it becomes the service: neither its number nor its start change.
    private const string Script =
        """
        exec </dev/null >>"$2" 2>&1 || exit 125
        if (umask 077; { echo $$; command -p cat /proc/$$/stat /proc/sys/kernel/random/boot_id 2>/dev/null; echo .; } >"$1.$$" && command -p ln "$1.$$" "$1")
        then command -p rm -f "$1.$$"; shift 2; exec "$@"
        else command -p rm -f "$1.$$"; exit 125
        fi
        """;

    // macOS has no setsid program, but a perl.
    private static readonly string[][] SessionMakers =
    [
        ["setsid"],
        ["perl", "-MPOSIX", "-e", "POSIX::setsid() != -1 or die; exec { $ARGV[0] } @ARGV"],
    ];

    /// <summary>Starts a process. That it came to be, and which it is, the file tells.</summary>
    /// <param name="command">The program and its arguments. No shell takes them apart.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="log">The file that its output is appended to.</param>
    /// <param name="file">The file that it writes who it is to.</param>
    /// <param name="environment">Sets its environment, beside this process's own.</param>
    /// <returns>A handle to see its exit code with; null where nothing on this machine makes a session.</returns>
    public static Process? Launch(
        IReadOnlyList<string> command, string folder, string log, string file, Action<IDictionary<string, string?>> environment)
    {
        foreach (var maker in SessionMakers)
        {
            var start = new ProcessStartInfo(maker[0], [.. maker.Skip(1), "/bin/sh", "-c", Script, "sh", file, log, .. command])
            {
                UseShellExecute = false,
                WorkingDirectory = folder,
                // The script closes them at once; they only keep it from the terminal until then.
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            environment(start.Environment);
            try
            {
                return Process.Start(start);
            }
            catch (Win32Exception)
            {
                // There is no such program; the next one may be.
            }
        }

        return null;
    }
}
