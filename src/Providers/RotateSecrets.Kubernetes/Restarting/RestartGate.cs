using System.Collections.Concurrent;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Keeps the number of workloads that are restarted at a time down, in the cluster and in each namespace.</summary>
/// <param name="all">How many in the cluster.</param>
/// <param name="each">How many in one namespace.</param>
internal sealed class RestartGate(int all, int each) : IDisposable
{
    private readonly SemaphoreSlim cluster = new(all);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> namespaces = new(StringComparer.Ordinal);

    /// <summary>Waits for a turn: the namespace's first, so that one that is full doesn't keep others waiting.</summary>
    /// <returns>To be disposed of when the restart is over.</returns>
    public async Task<IDisposable> EnterAsync(string nameSpace, CancellationToken cancellation)
    {
        var inside = namespaces.GetOrAdd(nameSpace, static (_, limit) => new SemaphoreSlim(limit), each);
        await inside.WaitAsync(cancellation);
        try
        {
            await cluster.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            inside.Release();
            throw;
        }

        return new Turn(inside, cluster);
    }

    public void Dispose()
    {
        cluster.Dispose();
        foreach (var inside in namespaces.Values)
        {
            inside.Dispose();
        }
    }

    private sealed class Turn(SemaphoreSlim inside, SemaphoreSlim cluster) : IDisposable
    {
        private int released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref released, 1) == 0)
            {
                cluster.Release();
                inside.Release();
            }
        }
    }
}
