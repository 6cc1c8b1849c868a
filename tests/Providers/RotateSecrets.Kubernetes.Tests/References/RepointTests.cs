using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Tests.References;

public sealed class RepointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_preview_shows_what_would_change_and_changes_nothing_and_doing_it_twice_changes_it_once()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.SecretAsync("next", ("fresh", "w"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 0, Manifest.WithVariable("token")));
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));
        var request = new RepointRequest(cluster.Address("token"), cluster.Address("next", "fresh"), "run");

        var preview = TestCluster.Value(await cluster.Control.PreviewAsync(consumer, request, Cancellation));
        Assert.Equal(
            $"--- Deployment {cluster.Namespace}/web\n+++ Deployment {cluster.Namespace}/web\n@@ containers[app].env[TOKEN].valueFrom.secretKeyRef @@\n-name: token\n+name: next\n-key: value\n+key: fresh\n",
            preview.Diff);
        Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));

        Assert.True(TestCluster.Value(await cluster.Control.RepointAsync(consumer, request, Cancellation)).IsInForce);
        Assert.Empty(TestCluster.Value(await cluster.Control.RepointAsync(consumer, request, Cancellation)).Diff);
        Assert.Empty(await cluster.ConsumersAsync(cluster.Address("token")));
        var web = await cluster.GetAsync($"apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web");
        Assert.Equal(2, web.Long("metadata", "generation"));
        Assert.Contains(web.Items("metadata", "managedFields"), static entry => entry.Text("manager")!.StartsWith("rotatesecrets", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Secret_or_key_that_is_not_there_is_refused_before_a_pod_fails_on_it()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 0, Manifest.WithVariable("token")));
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));

        foreach (var to in (string[])["nothing#value", "token#nothing"])
        {
            var parts = to.Split('#');
            var refused = await cluster.Control.RepointAsync(consumer, new RepointRequest(cluster.Address("token"), cluster.Address(parts[0], parts[1]), "run"), Cancellation);
            Assert.Equal(FailureCode.SecretNotFound, refused.Failure?.Code);
        }
    }

    [Fact]
    public async Task A_workload_of_a_Helm_release_is_left_to_it_unless_it_is_forced()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.SecretAsync("next", ("value", "w"u8.ToArray()));
        await cluster.SendAsync(HttpMethod.Post, Manifest.PathOf("Deployment", cluster.Namespace), new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "web", ["annotations"] = new JsonObject { ["meta.helm.sh/release-name"] = "shop" } },
            ["spec"] = Manifest.Running("web", 0, Manifest.WithVariable("token")),
        });
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));
        var request = new RepointRequest(cluster.Address("token"), cluster.Address("next"), "run");

        var refused = (await cluster.Control.RepointAsync(consumer, request, Cancellation)).Failure!;

        Assert.Equal(FailureCode.ManagedElsewhere, refused.Code);
        Assert.Contains("release shop", refused.Message, StringComparison.Ordinal);
        TestCluster.Value(await cluster.Control.RepointAsync(consumer, request with { Force = true }, Cancellation));
    }
}
