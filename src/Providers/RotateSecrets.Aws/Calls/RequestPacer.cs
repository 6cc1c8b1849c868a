using System.Threading.Channels;

namespace RotateSecrets.Aws.Calls;

/// <summary>
/// Keeps requests under a quota of so many a second, wherever within a second the service counts them, and however long they are under way: each holds one of as many places, from
/// when it is sent until a second after its answer. They go out evenly, and what a busy machine has held up is made up for in small part only, so that no burst comes of it.
/// </summary>
internal sealed class RequestPacer : IDisposable
{
    // A hundredth more than the second: the service has a clock of its own.
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(1.01);

    private const int MadeUpFor = 10;

    private readonly Channel<TimeSpan> places = Channel.CreateUnbounded<TimeSpan>();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly TimeProvider time;
    private readonly TimeSpan gap;
    private readonly long origin;
    private TimeSpan next;

    /// <summary>A quota.</summary>
    /// <param name="perSecond">How many requests a second it allows.</param>
    /// <param name="time">The clock.</param>
    public RequestPacer(int perSecond, TimeProvider time)
    {
        this.time = time;
        origin = time.GetTimestamp();
        gap = TimeSpan.FromSeconds(1) / perSecond;
        for (var place = 0; place < perSecond; place++)
        {
            places.Writer.TryWrite(TimeSpan.Zero);
        }
    }

    private TimeSpan Now => time.GetElapsedTime(origin);

    /// <summary>Makes a request when it is its turn.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> request, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var free = await places.Reader.ReadAsync(cancellation);
            try
            {
                await WaitUntilAsync(free, cancellation);
            }
            catch (OperationCanceledException)
            {
                places.Writer.TryWrite(free);
                throw;
            }
        }
        finally
        {
            turn.Release();
        }

        try
        {
            return await request();
        }
        finally
        {
            places.Writer.TryWrite(Now + Held);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task WaitUntilAsync(TimeSpan free, CancellationToken cancellation)
    {
        var earliest = Now - (MadeUpFor * gap);
        var even = next > earliest ? next : earliest;
        var due = even > free ? even : free;
        while (due - Now is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellation);
        }

        next = even + gap;
    }
}
