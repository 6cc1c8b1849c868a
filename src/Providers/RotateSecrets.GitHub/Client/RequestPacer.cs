namespace RotateSecrets.GitHub.Client;

/// <summary>Keeps to the documented pace: so many points a minute, writes one after another with a second between them, and few requests at a time.</summary>
/// <remarks>
/// Source: GitHub's pages "Rate limits for the REST API" (900 points a minute, a read is 1 and a write 5; 80 content-creating requests a minute; 100 at a time) and "Best practices for using the REST API"
/// (writes not at the same time, and a second between two of them).
/// </remarks>
internal sealed class RequestPacer(TimeProvider time) : IDisposable
{
    private const int PointsAMinute = 800;
    private const int WritePoints = 5;
    private const int AtATime = 16;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim places = new(AtATime, AtATime);
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly SemaphoreSlim counting = new(1, 1);
    private readonly Queue<(long At, int Points)> spent = new();
    private long? lastWrite;
    private int sum;

    /// <summary>Waits until a request may be sent, and lets the next one go when it is answered.</summary>
    /// <param name="isWrite">Whether it changes something.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<HttpResponseMessage> SendAsync(bool isWrite, Func<Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        if (!isWrite)
        {
            return await PlacedAsync(1, send, cancellation);
        }

        await writing.WaitAsync(cancellation);
        try
        {
            while (lastWrite is { } last && BetweenWrites - time.GetElapsedTime(last) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellation);
            }

            return await PlacedAsync(WritePoints, send, cancellation);
        }
        finally
        {
            lastWrite = time.GetTimestamp();
            writing.Release();
        }
    }

    public void Dispose()
    {
        places.Dispose();
        writing.Dispose();
        counting.Dispose();
    }

    private async Task<HttpResponseMessage> PlacedAsync(int points, Func<Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            // Counted as late as possible: the server counts what arrives.
            await SpendAsync(points, cancellation);
            return await send();
        }
        finally
        {
            places.Release();
        }
    }

    private async Task SpendAsync(int points, CancellationToken cancellation)
    {
        await counting.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                while (spent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Window)
                {
                    sum -= spent.Dequeue().Points;
                }

                if (sum + points <= PointsAMinute)
                {
                    break;
                }

                await Task.Delay(Window - time.GetElapsedTime(spent.Peek().At) + TimeSpan.FromMilliseconds(1), time, cancellation);
            }

            spent.Enqueue((time.GetTimestamp(), points));
            sum += points;
        }
        finally
        {
            counting.Release();
        }
    }
}
