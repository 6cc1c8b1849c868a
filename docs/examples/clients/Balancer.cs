namespace Examples.Clients;

/// <summary>
/// Shares requests out among replicas by what these say of themselves. Each is asked for its health all the time, and an answer
/// that closes its connection is heard as a goodbye. One that drains is sent nothing as long as another is ready, but is better
/// than none; a Kubernetes service treats its endpoints that are "serving" and "terminating" in the same way.
/// </summary>
/// <param name="endpoints">Where the replicas are.</param>
internal sealed class Balancer(IEnumerable<Uri> endpoints) : IDisposable
{
    private const int MostSilences = 3;

    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
    private readonly TaskCompletionSource anyReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Replica[] replicas = [.. endpoints.Select(static endpoint => new Replica(endpoint))];
    private uint turn;

    /// <summary>Ends when the first replica is ready.</summary>
    public Task AnyReady => anyReady.Task;

    /// <summary>The replica whose turn it is; null when there is none.</summary>
    public Replica? Next()
    {
        var first = Interlocked.Increment(ref turn);
        return Find(first, ReplicaState.Ready) ?? Find(first, ReplicaState.Draining);
    }

    public Task WatchAsync(CancellationToken stop) =>
        Task.WhenAll(replicas.Select(replica => Periodic.RunAsync(TimeSpan.FromMilliseconds(100), () => LookAsync(replica), stop)));

    public void Dispose() => client.Dispose();

    private Replica? Find(uint first, ReplicaState state) => Enumerable.Range(0, replicas.Length)
        .Select(offset => replicas[(first + offset) % replicas.Length])
        .FirstOrDefault(replica => replica.State == state);

    // One answer that doesn't come in time says little; a readiness probe of Kubernetes too gives up a replica after three (failureThreshold).
    private async Task LookAsync(Replica replica)
    {
        var seen = await AskAsync(replica.Endpoint);
        replica.Silences = seen is null ? replica.Silences + 1 : 0;
        replica.State = seen ?? (replica.Silences < MostSilences ? replica.State : ReplicaState.Gone);
        if (replica.State == ReplicaState.Ready)
        {
            anyReady.TrySetResult();
        }
    }

    /// <returns>What it says of itself; null where it doesn't answer in time.</returns>
    private async Task<ReplicaState?> AskAsync(Uri endpoint)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(endpoint, "/healthz"));
            return response.IsSuccessStatusCode ? ReplicaState.Ready : ReplicaState.Draining;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (HttpRequestException)
        {
            return ReplicaState.Gone;
        }
    }
}

/// <summary>A replica, as far as it is known.</summary>
/// <param name="endpoint">Where it is.</param>
internal sealed class Replica(Uri endpoint)
{
    private volatile ReplicaState state;

    public Uri Endpoint => endpoint;

    /// <summary>How often in a row it didn't answer in time.</summary>
    public int Silences { get; set; }

    public ReplicaState State
    {
        get => state;
        set => state = value;
    }
}

internal enum ReplicaState
{
    Gone,
    Draining,
    Ready,
}
