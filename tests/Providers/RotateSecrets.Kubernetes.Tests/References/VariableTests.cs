using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Kubernetes.Tests.Restarting;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Tests.References;

/// <summary>Variables that workloads are given, which use no secret before.</summary>
public sealed class VariableTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_variable_that_is_not_there_yet_is_made_and_brought_to_every_pod_and_taken_away_again()
    {
        await using var cluster = await SetAsync();
        var web = Named(cluster, "deployment", "web");
        var request = new VariableRequest("TOKEN", cluster.Address("token"), "run-1");

        var preview = TestCluster.Value(await cluster.Control.PreviewAsync(web, request, Cancellation));
        Assert.Equal($"--- Deployment {cluster.Namespace}/web\n+++ Deployment {cluster.Namespace}/web\n@@ containers[app].env[TOKEN].valueFrom.secretKeyRef @@\n+name: token\n+key: value\n", preview.Diff);
        Assert.Equal(1, (await GetAsync(cluster)).Long("metadata", "generation"));

        Assert.True(TestCluster.Value(await cluster.Control.SetAsync(web, request, Cancellation)).IsInForce);
        Assert.Empty(TestCluster.Value(await cluster.Control.SetAsync(web, request, Cancellation)).Diff);
        Assert.Equal(2, (await GetAsync(cluster)).Long("metadata", "generation"));
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));
        Assert.Equal("TOKEN of app", consumer.References.Single().Location);
        Assert.Null((await RestartTests.RestartAsync(cluster, consumer, "run-1-2")).Failure);
        Assert.Equal("TOKEN of app", Assert.Single(await cluster.PodsAsync(cluster.Namespace)).Uses.Single(static use => use.Kind == "EnvironmentVariable").Location);

        var removal = request with { Removes = true };
        Assert.Contains("\n-name: token\n-key: value\n", TestCluster.Value(await cluster.Control.PreviewAsync(consumer, removal, Cancellation)).Diff, StringComparison.Ordinal);
        TestCluster.Value(await cluster.Control.SetAsync(consumer, removal, Cancellation));
        Assert.Empty(TestCluster.Value(await cluster.Control.SetAsync(consumer, removal, Cancellation)).Diff);
        Assert.Empty((await GetAsync(cluster)).At("spec", "template", "spec", "containers")[0].Items("env"));
    }

    [Fact]
    public async Task Containers_are_chosen_by_name_init_containers_too_and_one_that_is_not_there_is_told()
    {
        await using var cluster = await SetAsync();
        var spec = Manifest.Running("two", 0, Manifest.Template([], []));
        var pod = spec["template"]!["spec"]!;
        pod["containers"]!.AsArray().Add(new JsonObject { ["name"] = "side", ["image"] = "registry.k8s.io/pause:3.9", ["env"] = new JsonArray(new JsonObject { ["name"] = "MODE", ["value"] = "quiet" }) });
        pod["initContainers"] = new JsonArray(new JsonObject { ["name"] = "migrate", ["image"] = "registry.k8s.io/pause:3.9" });
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "two", WithService(spec));
        var two = Named(cluster, "StatefulSet", "two");
        var request = new VariableRequest("TOKEN", cluster.Address("token"), "run-1");

        TestCluster.Value(await cluster.Control.SetAsync(two, request with { Container = "side" }, Cancellation));
        TestCluster.Value(await cluster.Control.SetAsync(two, request with { Container = "mig*" }, Cancellation));
        var missing = (await cluster.Control.SetAsync(two, request with { Container = "other" }, Cancellation)).Failure!;

        Assert.Equal(["TOKEN of migrate (init)", "TOKEN of side"], Assert.Single(await cluster.ConsumersAsync(cluster.Address("token"))).References.Select(static one => one.Location).Order(StringComparer.Ordinal));
        Assert.Equal(FailureCode.ValueInvalid, missing.Code);
        Assert.Contains("app, side, migrate", missing.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_literal_value_is_neither_written_nor_shown_nor_replaced_unless_it_is_forced()
    {
        await using var cluster = await SetAsync();
        var template = Manifest.Template([], new JsonObject { ["env"] = new JsonArray(new JsonObject { ["name"] = "TOKEN", ["value"] = "what nobody may see" }) });
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "literal", Manifest.Running("literal", 0, template));
        var literal = Named(cluster, "Deployment", "literal");
        var request = new VariableRequest("TOKEN", cluster.Address("token"), "run-1");

        var typed = (await cluster.Control.SetAsync(literal, request with { Variable = "TOKEN=what nobody may see" }, Cancellation)).Failure!;
        var refused = (await cluster.Control.SetAsync(literal, request, Cancellation)).Failure!;
        var removed = (await cluster.Control.SetAsync(literal, request with { Removes = true }, Cancellation)).Failure!;
        var forced = TestCluster.Value(await cluster.Control.SetAsync(literal, request with { Force = true }, Cancellation));

        Assert.Equal((FailureCode.ValueInvalid, FailureCode.NotSupported, FailureCode.NotSupported), (typed.Code, refused.Code, removed.Code));
        Assert.Contains("never written", typed.Message, StringComparison.Ordinal);
        Assert.Contains("-a literal value\n+name: token\n", forced.Diff, StringComparison.Ordinal);
        Assert.All([typed.ToString(), refused.ToString(), removed.ToString(), forced.Diff], static text => Assert.DoesNotContain("nobody may see", text, StringComparison.Ordinal));
        Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));
    }

    [Fact]
    public async Task What_others_made_is_not_taken_away_and_a_Secret_or_key_that_is_not_there_is_refused()
    {
        await using var cluster = await SetAsync();
        await cluster.SendAsync(HttpMethod.Post, $"{Manifest.PathOf("Deployment", cluster.Namespace)}?fieldManager=kubectl-create", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "theirs" },
            ["spec"] = Manifest.Running("theirs", 0, Manifest.WithVariable("token")),
        });
        var request = new VariableRequest("TOKEN", cluster.Address("token"), "run-1");

        var left = (await cluster.Control.SetAsync(Named(cluster, "Deployment", "theirs"), request with { Removes = true }, Cancellation)).Failure!;
        var noKey = (await cluster.Control.SetAsync(Named(cluster, "Deployment", "web"), request with { To = cluster.Address("token", "other") }, Cancellation)).Failure!;
        var noSecret = (await cluster.Control.SetAsync(Named(cluster, "Deployment", "web"), request with { To = cluster.Address("nothing") }, Cancellation)).Failure!;
        var noWorkload = (await cluster.Control.SetAsync(Named(cluster, "Deployment", "nobody"), request, Cancellation)).Failure!;
        var noKind = cluster.Control.Named("Service", "web", cluster.Address("token"))?.Failure!;

        Assert.Equal(FailureCode.ManagedElsewhere, left.Code);
        Assert.Equal((FailureCode.SecretNotFound, FailureCode.SecretNotFound, FailureCode.ConsumerNotFound, FailureCode.NotSupported), (noKey.Code, noSecret.Code, noWorkload.Code, noKind.Code));
        Assert.Equal("theirs", Assert.Single(await cluster.ConsumersAsync(cluster.Address("token"))).Name);
    }

    private static async Task<TestCluster> SetAsync()
    {
        var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 1, Manifest.Template([], [])));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 1);
        return cluster;
    }

    private static JsonObject WithService(JsonObject spec)
    {
        spec["serviceName"] = "two";
        return spec;
    }

    private static Consumer Named(TestCluster cluster, string kind, string name) => TestCluster.Value(cluster.Control.Named(kind, name, cluster.Address("token"))!.Value);

    private static Task<System.Text.Json.JsonElement> GetAsync(TestCluster cluster) => cluster.GetAsync($"apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web");
}
