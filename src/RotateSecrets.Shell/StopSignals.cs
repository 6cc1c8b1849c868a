using System.Runtime.InteropServices;

namespace RotateSecrets.Shell;

/// <summary>Ctrl-C and SIGTERM: the first asks the script to stop, a second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;
    private int exitCode;

    public StopSignals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, 130)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, 143)),
    ];

    /// <summary>Cancelled as soon as the script shall stop.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>What the process ends with because it was asked to stop: 128 and the signal's number. Null: it wasn't.</summary>
    public int? ExitCode => exitCode is 0 ? null : exitCode;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        stop.Dispose();
    }

    private void Take(PosixSignalContext context, int code)
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref exitCode, code, 0) is not 0)
        {
            Environment.Exit(code);
        }

        stop.Cancel();
    }
}
