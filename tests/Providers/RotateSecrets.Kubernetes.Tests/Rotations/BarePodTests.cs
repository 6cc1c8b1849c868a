using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>Pods that belong to no controller.</summary>
public sealed class BarePodTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_nobody_would_start_again_are_named_before_anything_is_written_with_what_to_do()
    {
        await using var cluster = await SetAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        await PodAsync(cluster, "files", Manifest.WithVolume("token"));

        var refused = (await new PlanCheck(house.Services).CheckAsync(RotationHouse.PlanOf(cluster.Address("token")), new RotationOptions(), Cancellation)).Failure!;

        Assert.Equal(FailureCode.NotSupported, refused.Code);
        Assert.Contains("/one belongs to no controller: nobody would start it again, and its EnvironmentVariable TOKEN of app never changes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("/two belongs to no controller", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Consumers = @{ Exclude = 'one' }", refused.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("files", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_leaves_them_out_is_carried_out_and_made_anew_they_have_the_new_value()
    {
        await using var cluster = await SetAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        var plan = RotationHouse.PlanOf(cluster.Address("token")) with { Consumers = ConsumerSelection.All with { Exclude = ["one", "two"] } };

        var rotation = await house.RunAsync(plan);

        Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
        Assert.Equal(2, (await RotationTests.HeldAsync(cluster))[cluster.Namespace].Count);
        foreach (var name in (string[])["one", "two"])
        {
            await cluster.SendAsync(HttpMethod.Delete, $"api/v1/namespaces/{cluster.Namespace}/pods/{name}", null);
            await TestCluster.UntilAsync(async () => await cluster.TryGetAsync($"api/v1/namespaces/{cluster.Namespace}/pods/{name}") is null, $"{name} to be gone");
            await PodAsync(cluster, name, Manifest.WithVariable("token"));
        }

        Assert.Single((await RotationTests.HeldAsync(cluster))[cluster.Namespace]);
    }

    private static async Task<TestCluster> SetAsync()
    {
        var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 1, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 1);
        await PodAsync(cluster, "one", Manifest.WithVariable("token"));
        await PodAsync(cluster, "two", Manifest.WithVariable("token"));
        return cluster;
    }

    // The token of a namespace's service account comes a little later.
    private static async Task PodAsync(TestCluster cluster, string name, JsonObject template)
    {
        template["spec"]!["automountServiceAccountToken"] = false;
        await cluster.CreateAsync(cluster.Namespace, "Pod", name, template["spec"]!.DeepClone().AsObject());
        await cluster.ReadyAsync(cluster.Namespace, $"Pod/{name}", 1);
    }
}
