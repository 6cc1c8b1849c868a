using System.Diagnostics;

namespace RotateSecrets.Local.Processes;

/// <summary>
/// Starts a process that outlives this one: in a session of its own, so that no Ctrl-C reaches it; as nobody's child here, so that nobody has to reap it; and writing its own number
/// to a file before it becomes the service, so that it can be found even if this process dies at any instruction.
/// </summary>
internal static class ProcessLauncher
{
    // $1 is the inner script; the rest is for it. macOS has no setsid program, but a perl.
    private const string Outer =
        """
        inner=$1; shift
        if command -v setsid >/dev/null 2>&1
        then setsid /bin/sh -c "$inner" rotatesecrets "$@" &
        else perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV' /bin/sh -c "$inner" rotatesecrets "$@" &
        fi
        """;

    // With noclobber the number is written once: a second start of the same generation ends here.
    private const string Inner =
        """
        log=$1; pid=$2; shift 2
        exec </dev/null >>"$log" 2>&1
        set -C
        echo $$ >"$pid" || exit 1
        exec "$@"
        """;

    /// <summary>Starts a process. That it was started, and which it is, its number's file tells.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="log">The file that its output is appended to.</param>
    /// <param name="pidFile">The file that it writes its number to.</param>
    /// <param name="environment">Sets its environment, beside this process's own.</param>
    public static async Task LaunchAsync(
        IEnumerable<string> command, string folder, string log, string pidFile, Action<IDictionary<string, string?>> environment)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Outer, "rotatesecrets", Inner, log, pidFile, .. command])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        environment(start.Environment);
        using var shell = Process.Start(start)!;

        // The shell ends as soon as it has put the service into the background.
        await shell.WaitForExitAsync(CancellationToken.None);
    }
}
