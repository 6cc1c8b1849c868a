namespace RotateSecrets.Aws.Store;

/// <summary>Lets requests go one by one, each a little after the one before was let go, so that the service has no reason to refuse one.</summary>
/// <param name="perSecond">How many a second.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestPacer(int perSecond, TimeProvider time) : IDisposable
{
    // The service counts by its own clock: a little slower than the limit stays under it when the network bunches requests up.
    private readonly TimeSpan gap = TimeSpan.FromSeconds(1.08 / perSecond);
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly long origin = time.GetTimestamp();
    private TimeSpan next;

    /// <summary>Waits for its turn. Of a time in which everything stood still, two turns are made up for and no more: requests that were late together don't all go together.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var earliest = time.GetElapsedTime(origin) - (2 * gap);
            var due = next > earliest ? next : earliest;
            while (due - time.GetElapsedTime(origin) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellation);
            }

            next = due + gap;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
