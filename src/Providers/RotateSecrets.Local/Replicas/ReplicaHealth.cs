using RotateSecrets.Health;

namespace RotateSecrets.Local.Replicas;

/// <summary>Waits until an instance is well.</summary>
internal static class ReplicaHealth
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan QuickestProbe = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowestProbe = TimeSpan.FromSeconds(5);

    // An instance that tells nothing about its health counts as well once it has lived this long.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    // It is asked itself: not through a proxy that the environment may name, nor over a connection that an earlier instance left.
    private static readonly HttpClient Client = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    /// <summary>Waits until an instance is well. It is looked at once in any case.</summary>
    /// <param name="page">Where it tells about its health; null where it doesn't.</param>
    /// <param name="end">Tells how it ended; null as long as it runs.</param>
    /// <param name="deadline">How long to wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>Null once it is well; else what was seen last.</returns>
    public static async Task<string?> AwaitAsync(
        Uri? page, Func<Task<string?>> end, TimeSpan deadline, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var left = deadline - time.GetElapsedTime(began);
            var seen = page is not null
                ? await AskAsync(page, left, time, cancellation)
                : deadline - left >= Settling || left <= TimeSpan.Zero ? null : "it has only just been started";

            // Looked at last: a page may be served by somebody else while the instance is dead.
            if (await end() is { } ended)
            {
                return ended;
            }

            if (seen is null)
            {
                return null;
            }

            if (left <= TimeSpan.Zero)
            {
                return FormattableString.Invariant($"it was not healthy within {Math.Max(0, deadline.TotalSeconds):0.#} s: {seen}");
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static async Task<string?> AskAsync(Uri page, TimeSpan left, TimeProvider time, CancellationToken cancellation)
    {
        var deadline = left < QuickestProbe ? QuickestProbe : left < SlowestProbe ? left : SlowestProbe;
        var report = await HealthCheck.RunAsync([new HttpProbe(Client, page, time)], deadline, time, cancellation);
        return report.Passed ? null : report.Probes[0].Evidence;
    }
}
