using System.Diagnostics;
using RotateSecrets.Local.Processes;

namespace RotateSecrets.Local.Replicas;

/// <summary>An instance that this process has just started, with what only its parent can know.</summary>
/// <param name="Child">The handle; null where nothing was started.</param>
/// <param name="Process">Who it is; null where it didn't come to be.</param>
/// <param name="Log">What it writes.</param>
internal sealed record StartedReplica(Process? Child, ProcessIdentity? Process, ReplicaLog Log) : IDisposable
{
    // The kernel knows of an end a little earlier than the runtime.
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(1);

    /// <summary>How it ended, as a clause; empty where it has not.</summary>
    public async Task<string> ExitAsync(TimeProvider time)
    {
        if (Child is null || Process is { IsAlive: true })
        {
            return string.Empty;
        }

        try
        {
            await Child.WaitForExitAsync(CancellationToken.None).WaitAsync(Notice, time);
            return FormattableString.Invariant($", with exit code {Child.ExitCode}");
        }
        catch (TimeoutException)
        {
            return string.Empty;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Child?.Dispose();
}
