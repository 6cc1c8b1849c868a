using System.Threading.Channels;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Consumers;

/// <summary>What is done to a consumer: start, stop or restart it.</summary>
/// <param name="consumer">The consumer.</param>
/// <param name="stop">Ends it between two instances, or at once.</param>
public delegate IAsyncEnumerable<Outcome<InstanceEvent>> ConsumerWork(Consumer consumer, StopRequest stop);

/// <summary>Works on many consumers at once, each of them once, and never on more than a set number at a time.</summary>
public static class RestartSchedule
{
    /// <summary>Does the work on every consumer. The failure of one doesn't keep the others from being finished.</summary>
    /// <param name="consumers">The consumers; the same one twice is worked on once.</param>
    /// <param name="work">What to do to each.</param>
    /// <param name="runId">The run it belongs to.</param>
    /// <param name="throttleLimit">The largest number of consumers worked on at a time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends it between two instances, or at once.</param>
    /// <returns>The events of all, as they happen, and a result for each consumer that was begun.</returns>
    public static async IAsyncEnumerable<RestartUpdate> RunAsync(
        IEnumerable<Consumer> consumers, ConsumerWork work, string runId, int throttleLimit, TimeProvider time, StopRequest stop)
    {
        var updates = Channel.CreateUnbounded<RestartUpdate>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = stop.Now };
        var all = Parallel.ForEachAsync(consumers.DistinctBy(static consumer => consumer.Id, StringComparer.Ordinal), options, async (consumer, _) =>
        {
            if (!stop.AtSafePoint.IsCancellationRequested)
            {
                await WorkAsync(consumer, work, runId, updates.Writer, time, stop);
            }
        });
        _ = all.ContinueWith(
            finished => updates.Writer.Complete(finished.Exception?.GetBaseException()),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

        await foreach (var update in updates.Reader.ReadAllAsync(CancellationToken.None))
        {
            yield return update;
        }

        await all;
    }

    private static async Task WorkAsync(
        Consumer consumer, ConsumerWork work, string runId, ChannelWriter<RestartUpdate> updates, TimeProvider time, StopRequest stop)
    {
        var startedAt = time.GetUtcNow();
        var began = time.GetTimestamp();
        var instances = new Dictionary<string, InstanceEvent>(StringComparer.Ordinal);
        Failure? failure = null;
        try
        {
            await foreach (var outcome in work(consumer, stop))
            {
                if (!outcome.Succeeded(out var happened, out failure))
                {
                    break;
                }

                instances[happened.Instance] = happened;
                updates.TryWrite(new RestartUpdate(consumer, happened, null));
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Its message may quote what it was working on; its type can't.
            failure = new Failure(FailureCode.Unexpected, consumer.Id, $"An unexpected {e.GetType().Name} was thrown while {consumer} was worked on.") { Effect = Effect.Unknown };
        }

        var result = new ConsumerRestart(consumer, runId, startedAt, time.GetElapsedTime(began), [.. instances.Values], failure);
        updates.TryWrite(new RestartUpdate(consumer, null, result));
    }
}
