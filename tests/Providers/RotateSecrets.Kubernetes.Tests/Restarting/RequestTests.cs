using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Peers.KubernetesFaults;
using TestCluster = RotateSecrets.Kubernetes.Tests.Hosting.TestCluster;

namespace RotateSecrets.Kubernetes.Tests.Restarting;

public sealed class RequestTests
{
    private const int Workloads = 8;

    [Fact]
    public async Task A_restart_is_one_request_and_all_share_the_lists_and_watches_and_no_more_run_at_a_time_than_allowed()
    {
        TestCluster.Need();
        await using var proxy = await FaultProxy.StartAsync(TestCluster.KubeConfig);
        await using var cluster = await TestCluster.ConnectAsync(1, proxy.Kubeconfig, null, ("RestartLimit", "3"));
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        foreach (var index in Enumerable.Range(0, Workloads))
        {
            await cluster.CreateAsync(cluster.Namespace, "Deployment", $"web-{index}", Manifest.Running($"web-{index}", 1, Manifest.WithVariable("token")));
        }

        await Task.WhenAll(Enumerable.Range(0, Workloads).Select(index => cluster.ReadyAsync(cluster.Namespace, $"Deployment/web-{index}", 1)));
        var consumers = await cluster.ConsumersAsync(cluster.Address("token"));
        proxy.Requests.Clear();
        var (running, most) = (0, 0);

        await Task.WhenAll(consumers.Select(async consumer =>
        {
            // The first event comes once it has had its turn; it gives that back with its end.
            var began = false;
            await foreach (var happened in cluster.Control.RestartAsync(consumer, new RestartRequest("run-1", new RestartTests.NoSecrets(), TimeProvider.System), default))
            {
                TestCluster.Value(happened);
                if (!began)
                {
                    began = true;
                    InterlockedMax(ref most, Interlocked.Increment(ref running));
                }

                if (happened.Succeeded(out var passed, out _) && passed.Phase == InstancePhase.Healthy)
                {
                    Interlocked.Decrement(ref running);
                }
            }
        }));

        Assert.Equal(Workloads, consumers.Count);
        Assert.Equal(Workloads, proxy.Count("patch"));
        Assert.Equal(3, proxy.Count("list"));
        Assert.Equal(Workloads + 3, proxy.Count());
        Assert.InRange(most, 1, 3);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
