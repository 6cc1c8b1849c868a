using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Tests.Restarting;

public sealed class RestartTests
{
    [Fact]
    public async Task A_restart_replaces_every_pod_once_and_repeating_it_replaces_none()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "old"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 3, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 3);
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));
        var before = await cluster.PodsAsync(cluster.Namespace);

        var (events, failure) = await RestartAsync(cluster, consumer, "run-1");

        Assert.Null(failure);
        Assert.Equal(3, events.Count(static happened => happened.Phase == InstancePhase.Healthy));
        var after = await cluster.PodsAsync(cluster.Namespace);
        Assert.Equal(3, after.Count);
        Assert.Empty(after.Select(static pod => pod.Uid).Intersect(before.Select(static pod => pod.Uid)));
        Assert.All(after, static pod => Assert.Equal("run-1", pod.Run));

        (events, failure) = await RestartAsync(cluster, consumer, "run-1");

        Assert.Null(failure);
        Assert.All(events, static happened => Assert.Equal(InstancePhase.Unchanged, happened.Phase));
        Assert.Equal(after.Select(static pod => pod.Uid).Order(), (await cluster.PodsAsync(cluster.Namespace)).Select(static pod => pod.Uid).Order());
    }

    [Fact]
    public async Task The_log_and_events_of_a_pod_that_crashes_are_in_the_error_without_the_secret()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "a value that nobody may see"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 1, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 1);
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));
        await cluster.MergeAsync($"apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web", new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubelet.test/mode"] = "crash-loop", ["kubelet.test/log"] = "refused token $(TOKEN) of the issuer" } },
                },
            },
        });

        var (_, failure) = await RestartAsync(cluster, consumer, "run-1");

        Assert.Equal(FailureCode.InstanceUnhealthy, failure?.Code);
        Assert.Contains("CrashLoopBackOff", failure!.Message, StringComparison.Ordinal);
        Assert.Contains("refused token", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody may see", failure.ToString(), StringComparison.Ordinal);
    }

    internal static async Task<(List<InstanceEvent> Events, Failure? Failure)> RestartAsync(
        TestCluster cluster, Consumer consumer, string run, TimeSpan? deadline = null, StopRequest stop = default)
    {
        var events = new List<InstanceEvent>();
        await foreach (var happened in cluster.Control.RestartAsync(consumer, new RestartRequest(run, new NoSecrets(), TimeProvider.System) { Deadline = deadline ?? TimeSpan.FromSeconds(60) }, stop))
        {
            if (happened.Failed(out var failure, out var passed))
            {
                return (events, failure);
            }

            events.Add(passed);
        }

        return (events, null);
    }

    internal sealed class NoSecrets : ISecretResolver
    {
        public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
            Task.FromResult<Outcome<SecretVersion>>(new Failure(FailureCode.StoreNotConnected, address.Store, "No other store is connected here."));
    }
}
