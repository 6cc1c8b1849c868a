using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Kubernetes.Tests.Restarting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.KubernetesFaults;
using RotateSecrets.Rotation.Records;
using ApiFault = RotateSecrets.Peers.KubernetesFaults.ApiFault;
using TestCluster = RotateSecrets.Kubernetes.Tests.Hosting.TestCluster;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>What forbids a pod to go, or to come: disruption budgets and quotas, whose controllers run.</summary>
public sealed class BlockedRotationTests(ITestOutputHelper output)
{
    private const string Old = "the old value, long enough";

    [Fact]
    public async Task A_budget_that_never_lets_a_pod_go_is_named_before_anything_is_written()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await SetAsync(cluster, new JsonObject { ["type"] = "OnDelete" });
        var budget = await BudgetAsync(cluster, "strict", 2);
        await BudgetAsync(cluster, "elsewhere", 1, "other");

        var refused = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")));

        var last = refused.Steps[^1];
        Assert.True(last is { Kind: StepKind.Preflight, State: StepState.Failed }, RotationHouse.Say(refused));
        Assert.Contains($"StatefulSet db in {cluster.Namespace} have to be evicted, and the disruption budget strict wants 2 of its 2 pods", last.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", last.Message, StringComparison.Ordinal);
        Assert.Equal(FailureCode.LimitReached, refused.Events.First(static one => one is { Kind: RotationEventKind.StepFailed, StepKind: StepKind.Preflight }).Code);
        Assert.Equal(Old, await house.ReadAsync(cluster.Address("token")));
        await cluster.SendAsync(HttpMethod.Delete, budget, null);

        await AssertWholeAsync(cluster, house, await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token"))));
    }

    [Fact]
    public async Task A_budget_is_no_obstacle_where_nothing_has_to_be_evicted()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await SetAsync(cluster, new JsonObject { ["type"] = "RollingUpdate" });
        await BudgetAsync(cluster, "strict", 2);

        await AssertWholeAsync(cluster, house, await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token"))));
    }

    [Fact]
    public async Task A_budget_that_comes_in_between_ends_it_at_once_by_its_name_and_lifting_it_lets_it_be_resumed()
    {
        TestCluster.Need();
        await using var proxy = await FaultProxy.StartAsync(TestCluster.KubeConfig);
        await using var cluster = await TestCluster.ConnectAsync(1, proxy.Kubeconfig);
        await using var house = await SetAsync(cluster, new JsonObject { ["type"] = "OnDelete" });
        proxy.Inject(new ApiFault(FaultKind.TooManyRequests) { Resource = "pods/eviction", Times = int.MaxValue });

        var running = house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")));
        await TestCluster.UntilAsync(() => Task.FromResult(proxy.Count("create", "pods/eviction") > 0), "the first eviction");
        var budget = await BudgetAsync(cluster, "strict", 2);
        proxy.Calm();
        var blocked = await running;

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
        await TestCluster.UntilAsync(async () => (await cluster.PodsAsync(cluster.Namespace)).Where(static pod => pod.Key.EndsWith("/db", StringComparison.Ordinal)).ToList() is { Count: 2 } pods && pods.All(static pod => pod.IsReady), "all pods to be well");
        Assert.Single((await RotationTests.HeldAsync(cluster))[cluster.Namespace]);
    }

    private static async Task<RotationHouse> SetAsync(TestCluster cluster, JsonObject updateStrategy)
    {
        await cluster.SecretAsync("token", ("value", System.Text.Encoding.UTF8.GetBytes(Old)));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Manifest.WithVariable("token"), updateStrategy));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "other", Manifest.Running("other", 1, Manifest.Template([], [])));
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/other", 1);
        return await RotationHouse.BuildAsync(cluster);
    }

    private static async Task<string> BudgetAsync(TestCluster cluster, string name, int least, string of = "db")
    {
        var root = $"apis/{cluster.Cluster.Kinds.DisruptionBudget.Group}/{cluster.Cluster.Kinds.DisruptionBudget.Version}/namespaces/{cluster.Namespace}/poddisruptionbudgets";
        await cluster.SendAsync(HttpMethod.Post, root, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["minAvailable"] = least,
                ["selector"] = new JsonObject { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "app", ["operator"] = "In", ["values"] = new JsonArray(of, "nobody") }) },
            },
        });
        await TestCluster.UntilAsync(async () => (await cluster.GetAsync($"{root}/{name}")).Whole("status", "expectedPods") > 0, "the budget to count its pods");
        return $"{root}/{name}";
    }
}
