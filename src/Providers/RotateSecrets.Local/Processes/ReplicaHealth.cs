using RotateSecrets.Health;
using RotateSecrets.Local.Services;

namespace RotateSecrets.Local.Processes;

/// <summary>Waits until an instance is well.</summary>
internal static class ReplicaHealth
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(5);

    // An instance that tells nothing about its health counts as well once it has lived this long.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero });

    /// <summary>Waits until an instance is well.</summary>
    /// <param name="service">The service.</param>
    /// <param name="replica">Which instance.</param>
    /// <param name="process">Its process.</param>
    /// <param name="deadline">How long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>Null once it is well; else what was seen last.</returns>
    public static async Task<string?> AwaitAsync(
        Service service, int replica, ProcessIdentity process, TimeSpan deadline, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (!process.IsAlive)
            {
                return "it ended by itself";
            }

            var seen = service.HealthOf(replica) is { } page
                ? await AskAsync(page, time, cancellation)
                : time.GetElapsedTime(began) >= Settling ? null : "it has only just been started";
            if (seen is null)
            {
                return null;
            }

            if (time.GetElapsedTime(began) > deadline)
            {
                return $"it was not healthy within {deadline.TotalSeconds:0.#} s: {seen}";
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Asks once; null where it is well.</summary>
    public static async Task<string?> AskAsync(Uri page, TimeProvider time, CancellationToken cancellation)
    {
        var report = await HealthCheck.RunAsync([new HttpProbe(Client, page, time)], ProbeDeadline, time, cancellation);
        return report.Passed ? null : report.Probes[0].Evidence;
    }
}
