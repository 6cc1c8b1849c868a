using System.Net;
using System.Net.Sockets;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Contracts;

/// <summary>Starts and stops the processes of a services file that use a secret, for the tests of whole rotations.</summary>
/// <param name="Consumers">Where they are found.</param>
/// <param name="Secrets">Where their values come from.</param>
/// <param name="Address">The secret.</param>
public sealed record SupervisedProcesses(ConsumerCatalog Consumers, ISecretResolver Secrets, SecretAddress Address)
{
    /// <summary>Ports on which nothing listens.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        var free = listeners.ConvertAll(static listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(static listener => listener.Dispose());
        return [.. free];
    }

    /// <summary>Starts them, and fails the test where one doesn't come up.</summary>
    public Task StartAsync() => EachAsync(
        (control, consumer) => control.StartAsync(consumer, new RestartRequest("start", Secrets, TimeProvider.System), default),
        static happened => Assert.Null(happened.Failure));

    /// <summary>Stops them. Whatever comes of it, the test is over.</summary>
    public Task StopAsync() => EachAsync((control, consumer) => control.StopAsync(consumer, new RestartRequest("stop", Secrets, TimeProvider.System), default), static _ => { });

    private async Task EachAsync(Func<IConsumerSupervisor, Consumer, IAsyncEnumerable<Outcome<InstanceEvent>>> work, Action<Outcome<InstanceEvent>> judge)
    {
        await foreach (var found in Consumers.FindAsync(Address, CancellationToken.None))
        {
            if (found.Succeeded(out var consumer, out _) && Consumers.ControlOf(consumer).Succeeded(out var control, out _))
            {
                await foreach (var happened in work((IConsumerSupervisor)control, consumer))
                {
                    judge(happened);
                }
            }
        }
    }
}
