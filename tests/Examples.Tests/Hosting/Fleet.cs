using System.Net;
using System.Net.Sockets;

namespace Examples.Tests.Hosting;

/// <summary>Replicas that accept the same secrets.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private Fleet(IReadOnlyList<Replica> replicas) => Replicas = replicas;

    public IReadOnlyList<Replica> Replicas { get; }

    /// <summary>Starts replicas, and waits until all are healthy.</summary>
    public static async Task<Fleet> StartAsync(
        int number, string current, string? pending = null, string? previous = null, int? drainMilliseconds = null)
    {
        var fleet = new Fleet([.. FreePorts(number).Select((port, index) => new Replica(
            new Uri($"http://127.0.0.1:{port}"),
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["PROXY_REPLICA"] = $"replica-{index}",
                ["PROXY_JWT_SECRET"] = current,
                ["PROXY_JWT_SECRET_PENDING"] = pending,
                ["PROXY_JWT_SECRET_PREVIOUS"] = previous,
                ["PROXY_DRAIN_MILLISECONDS"] = drainMilliseconds?.ToString(),
            }))]);
        try
        {
            await Task.WhenAll(fleet.Replicas.Select(static replica => replica.HealthyAsync()));
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas)
        {
            await replica.DisposeAsync();
        }
    }

    // All are held until the last is found, so that no two are the same.
    private static int[] FreePorts(int number)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, number).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, static listener => listener.Start());
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, static listener => listener.Dispose());
        return ports;
    }
}
