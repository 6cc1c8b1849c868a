using System.Text.Json;
using System.Text.Json.Serialization;

namespace Examples.Clients;

/// <summary>Counts requests.</summary>
internal sealed class Statistics
{
    private const int BucketsPerMillisecond = 10;

    private readonly Lock gate = new();
    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;
    private readonly SortedDictionary<string, long> failures = new(StringComparer.Ordinal);

    // How many answers took how many tenths of a millisecond. The last bucket holds what took longer than all.
    private readonly long[] latencies = new long[10_000 * BucketsPerMillisecond];
    private long answered;
    private DateTimeOffset? firstFailure;

    public void Add(string? failure, TimeSpan latency)
    {
        lock (gate)
        {
            if (failure is null)
            {
                answered++;
                latencies[Math.Min((int)(latency.TotalMilliseconds * BucketsPerMillisecond), latencies.Length - 1)]++;
            }
            else
            {
                failures[failure] = failures.GetValueOrDefault(failure) + 1;
                firstFailure ??= DateTimeOffset.UtcNow;
            }
        }
    }

    public Summary Summarise(SecretFile secret)
    {
        lock (gate)
        {
            var failed = failures.Values.Sum();
            return new Summary(
                answered + failed,
                failed,
                new SortedDictionary<string, long>(failures, failures.Comparer),
                firstFailure,
                started,
                Stopped: null,
                secret.Seen,
                Percentile(0.50),
                Percentile(0.99));
        }
    }

    private double? Percentile(double share)
    {
        var rank = (long)Math.Ceiling(answered * share);
        for (var bucket = 0; rank > 0 && bucket < latencies.Length; bucket++)
        {
            rank -= latencies[bucket];
            if (rank <= 0)
            {
                return (bucket + 1.0) / BucketsPerMillisecond;
            }
        }

        return null;
    }
}

/// <summary>What was counted.</summary>
/// <param name="Requests">All requests, those that failed among them.</param>
/// <param name="Failed">Whatever was answered with anything but 200, or not at all, or couldn't be sent.</param>
/// <param name="Failures">How many failed in which way.</param>
/// <param name="FirstFailure">When the first one failed.</param>
/// <param name="Started">When the load began.</param>
/// <param name="Stopped">When it ended; null while it runs, and for ever if it was killed.</param>
/// <param name="SecretsSeen">How many different secrets it used.</param>
/// <param name="P50Milliseconds">The time within which half of the successful answers were there.</param>
/// <param name="P99Milliseconds">The time within which 99 of 100 were.</param>
internal sealed record Summary(
    long Requests,
    long Failed,
    IReadOnlyDictionary<string, long> Failures,
    DateTimeOffset? FirstFailure,
    DateTimeOffset Started,
    DateTimeOffset? Stopped,
    int SecretsSeen,
    double? P50Milliseconds,
    double? P99Milliseconds)
{
    /// <summary>Replaces the file in one step, so that a reader never finds half of it.</summary>
    public async Task WriteAsync(string path)
    {
        await File.WriteAllBytesAsync(path + ".new", JsonSerializer.SerializeToUtf8Bytes(this, SummaryJson.Default.Summary));
        File.Move(path + ".new", path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Summary))]
internal sealed partial class SummaryJson : JsonSerializerContext;
