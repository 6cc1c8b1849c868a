using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Kubernetes.Tests.Restarting;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>What forbids a pod to go, or to come: disruption budgets and quotas, whose controllers run.</summary>
public sealed class BlockedRotationTests(ITestOutputHelper output)
{
    private const string Old = "the old value, long enough";

    [Fact]
    public async Task A_budget_that_never_lets_a_pod_go_ends_it_at_once_by_its_name_and_lifting_it_lets_it_be_resumed()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        await cluster.SecretAsync("token", ("value", System.Text.Encoding.UTF8.GetBytes(Old)));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Manifest.WithVariable("token"), new JsonObject { ["type"] = "OnDelete" }));
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);
        var budget = await BudgetAsync(cluster, "strict", 2);

        var blocked = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")));

        output.WriteLine(RotationHouse.Say(blocked));
        var failed = blocked.Steps.First(static step => step is { Kind: StepKind.Restart, State: StepState.Failed });
        Assert.Contains("the disruption budget strict wants 2 of its 2 pods", failed.Message, StringComparison.Ordinal);
        Assert.Equal(FailureCode.LimitReached, blocked.Events.First(static one => one is { Kind: RotationEventKind.StepFailed, StepKind: StepKind.Restart }).Code);
        await cluster.SendAsync(HttpMethod.Delete, budget, null);

        var ended = blocked.HasEnded ? blocked : await house.ResumeAsync(blocked.Id);

        await AssertWholeAsync(cluster, house, ended);
    }

    [Fact]
    public async Task A_budget_that_lets_pods_go_one_by_one_is_waited_for()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 3, Manifest.WithVariable("token", "value", ("kubelet.test/ready-after", "1s")), new JsonObject { ["type"] = "OnDelete" }));
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 3);
        await BudgetAsync(cluster, "one", 2);
        var consumer = Assert.Single(await cluster.ConsumersAsync(cluster.Address("token")));

        var (events, failure) = await RestartTests.RestartAsync(cluster, consumer, "run-1");

        Assert.Null(failure);
        Assert.Equal(3, events.Count(static happened => happened.Phase == InstancePhase.Healthy));
    }

    [Fact]
    public async Task A_quota_that_lets_no_new_pod_come_ends_it_by_its_name_and_lifting_it_lets_it_be_resumed()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        await cluster.SecretAsync("token", ("value", System.Text.Encoding.UTF8.GetBytes(Old)));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "db", Manifest.Running("db", 2, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/db", 2);
        var quota = await cluster.QuotaAsync(cluster.Namespace, "full", 2);

        var blocked = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")));

        output.WriteLine(RotationHouse.Say(blocked));
        var failed = blocked.Steps.First(static step => step is { Kind: StepKind.Restart, State: StepState.Failed });
        Assert.Contains("exceeded quota: full", failed.Message, StringComparison.Ordinal);
        Assert.Equal(FailureCode.LimitReached, blocked.Events.First(static one => one is { Kind: RotationEventKind.StepFailed, StepKind: StepKind.Restart }).Code);
        await cluster.SendAsync(HttpMethod.Delete, quota, null);

        var ended = blocked.HasEnded ? blocked : await house.ResumeAsync(blocked.Id);

        await AssertWholeAsync(cluster, house, ended);
    }

    [Fact]
    public async Task A_quota_with_just_enough_room_for_one_pod_after_another_is_no_obstacle()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 3, Manifest.WithVariable("token", "value", ("kubelet.test/stop-after", "1s"))));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 2, Manifest.WithVariable("token"), new JsonObject { ["strategy"] = new JsonObject { ["type"] = "Recreate" } }));
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 3);
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 2);
        await cluster.QuotaAsync(cluster.Namespace, "just", 5);

        var restarts = await Task.WhenAll((await cluster.ConsumersAsync(cluster.Address("token"))).Select(consumer => RestartTests.RestartAsync(cluster, consumer, "run-1")));

        Assert.Equal(2, restarts.Length);
        Assert.All(restarts, static restart => Assert.Null(restart.Failure));
    }

    // Whatever way it went: everybody has the one value that stands there, and all pods are well.
    private static async Task AssertWholeAsync(TestCluster cluster, RotationHouse house, SecretRotation ended)
    {
        Assert.True(ended.HasEnded, RotationHouse.Say(ended));
        Assert.Equal(ended.State == RotationState.Undone, await house.ReadAsync(cluster.Address("token")) == Old);
        await TestCluster.UntilAsync(async () => (await cluster.PodsAsync(cluster.Namespace)) is { Count: 2 } pods && pods.All(static pod => pod.IsReady), "all pods to be well");
        Assert.Single((await RotationTests.HeldAsync(cluster))[cluster.Namespace]);
    }

    private static async Task<string> BudgetAsync(TestCluster cluster, string name, int least)
    {
        var root = $"apis/{cluster.Cluster.Kinds.DisruptionBudget.Group}/{cluster.Cluster.Kinds.DisruptionBudget.Version}/namespaces/{cluster.Namespace}/poddisruptionbudgets";
        await cluster.SendAsync(HttpMethod.Post, root, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["minAvailable"] = least, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "db" } } },
        });
        await TestCluster.UntilAsync(async () => (await cluster.GetAsync($"{root}/{name}")).Whole("status", "expectedPods") > 0, "the budget to count its pods");
        return $"{root}/{name}";
    }
}
