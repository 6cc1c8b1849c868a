using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

public sealed class ServerRestartTests
{
    [Fact]
    public async Task An_API_server_that_is_restarted_while_pods_are_replaced_costs_no_restart_and_no_value()
    {
        await using var server = await OwnServer.StartAsync();
        await using var cluster = await TestCluster.ConnectAsync(1, server.KubeConfig);
        await using var house = await RotationHouse.BuildAsync(cluster);
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 3, Manifest.WithVariable("token", "value", ("kubelet.test/ready-after", "1s"))));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 3);
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);
        var restarts = 0;
        var back = Task.CompletedTask;
        var options = new RotationOptions
        {
            Progress = _ => back = Interlocked.Exchange(ref restarts, 1) == 0 ? Task.Run(server.RestartAsync) : back,
        };

        var rotation = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")), options);
        await back;
        await TestCluster.UntilAsync(async () => (await cluster.Cluster.Client.TrySendAsync(ApiCall.Ask("readyz"), TestContext.Current.CancellationToken)).Succeeded(out var reply, out _) && reply.IsSuccess, "the server to be back");
        if (!rotation.HasEnded)
        {
            rotation = await house.ResumeAsync(rotation.Id);
        }

        Assert.Equal(1, restarts);
        Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
        foreach (var path in (string[])["deployments/web", "statefulsets/db"])
        {
            Assert.Equal(2, (await cluster.GetAsync($"apis/apps/v1/namespaces/{cluster.Namespace}/{path}")).Long("metadata", "generation"));
        }

        Assert.Single((await RotationTests.HeldAsync(cluster))[cluster.Namespace]);
        Assert.NotEqual("the old value, long enough", await house.ReadAsync(cluster.Address("token")));
    }
}
