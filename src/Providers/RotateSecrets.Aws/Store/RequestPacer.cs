namespace RotateSecrets.Aws.Store;

/// <summary>Lets requests go one by one at an even rate, so that the service has no reason to refuse one.</summary>
/// <param name="perSecond">How many a second.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestPacer(int perSecond, TimeProvider time)
{
    // The service counts by its own clock: a little slower than the limit stays under it when the network bunches requests up.
    private readonly TimeSpan gap = TimeSpan.FromSeconds(1.05 / perSecond);
    private readonly object gate = new();
    private DateTimeOffset next = DateTimeOffset.MinValue;

    public Task WaitAsync(CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (gate)
        {
            var now = time.GetUtcNow();
            var turn = next > now ? next : now;
            next = turn + gap;
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellation) : Task.CompletedTask;
    }
}
