using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

public sealed class RotationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_workloads_of_all_kinds_over_three_namespaces_get_the_new_values_and_are_restarted_once()
    {
        await using var cluster = await TestCluster.ConnectAsync(3);
        await using var house = await RotationHouse.BuildAsync(cluster);
        var workloads = 0;
        foreach (var nameSpace in cluster.Namespaces)
        {
            await cluster.SecretAsync(nameSpace, "token", null, ("value", "the old value, long enough"u8.ToArray()), ("other", "stays"u8.ToArray()));
            workloads += await PopulateAsync(cluster, nameSpace, workloads == 0);
        }

        Assert.Equal(20, workloads);
        var before = await HeldAsync(cluster);
        var rotations = await house.RunAsync([.. Enumerable.Range(0, 3).Select(index => RotationHouse.PlanOf(cluster.Address("token", "value", index)))]);

        Assert.All(rotations, static rotation => Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation)));
        var after = await HeldAsync(cluster);
        foreach (var nameSpace in cluster.Namespaces)
        {
            Assert.Single(after[nameSpace]);
            Assert.NotEqual(before[nameSpace].Single(), after[nameSpace].Single());
            Assert.Equal("stays", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((await cluster.GetAsync($"api/v1/namespaces/{nameSpace}/secrets/token")).Text("data", "other")!)));
            foreach (var kind in (string[])["deployments", "statefulsets", "daemonsets"])
            {
                var list = await cluster.GetAsync($"apis/apps/v1/namespaces/{nameSpace}/{kind}");
                Assert.All(list.Items("items"), static item => Assert.Equal(2, item.Long("metadata", "generation")));
            }
        }
    }

    [Fact]
    public async Task A_new_value_with_which_pods_crash_is_taken_back_and_everybody_is_well_again()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 2, Manifest.WithVariable("token")));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Manifest.WithVariable("token")));
        await cluster.CreateAsync(cluster.Namespace, "DaemonSet", "agent", Manifest.Running("agent", -1, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 2);
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);
        await cluster.DaemonsReadyAsync(cluster.Namespace, "agent");
        var before = await HeldAsync(cluster);
        using var bad = SecretValue.FromText("mode=crash-loop, which is long enough");

        var rotation = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")), new RotationOptions { Value = bad, ThrottleLimit = 10 });

        Assert.True(rotation.State == RotationState.Undone, RotationHouse.Say(rotation));
        Assert.Contains(rotation.Steps, static step => step.State == StepState.Failed && step.Message.Contains("CrashLoopBackOff", StringComparison.Ordinal));
        Assert.Equal("the old value, long enough", await house.ReadAsync(cluster.Address("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 2);
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);
        Assert.Equal(before[cluster.Namespace], (await HeldAsync(cluster))[cluster.Namespace]);
    }

    [Fact]
    public async Task An_immutable_Secret_gets_a_successor_to_which_everybody_is_pointed_and_is_removed()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        await cluster.SecretAsync(cluster.Namespace, "token", new JsonObject { ["immutable"] = true }, ("value", "the old value, long enough"u8.ToArray()), ("user", "u"u8.ToArray()));
        var both = Manifest.Template([], new JsonObject { ["env"] = new JsonArray(Manifest.Variable("TOKEN", "token", "value"), Manifest.Variable("USER_NAME", "token", "user")) });
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 2, both));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Manifest.WithVolume("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 2);
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);

        var rotation = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")) with { Strategy = StrategyKind.Rename });

        Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
        Assert.Equal(FailureCode.SecretNotFound, (await cluster.Store.ReadAsync(cluster.Address("token"), VersionSelector.Current, Cancellation)).Failure?.Code);
        var side = cluster.Store.SideOf(cluster.Address("token"), rotation.Id);
        Assert.Equal(2, (await cluster.ConsumersAsync(side)).Count);
        Assert.Equal(2, (await cluster.GetAsync($"apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web")).Long("metadata", "generation"));
    }

    [Fact]
    public async Task A_rotation_that_is_stopped_while_pods_are_replaced_is_resumed_and_restarts_nothing_twice()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 3, Manifest.WithVariable("token", "value", ("kubelet.test/ready-after", "1s"))));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 3);
        using var stop = new CancellationTokenSource();
        var options = new RotationOptions { Progress = _ => stop.Cancel() };

        var stopped = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")), options, new Consumers.StopRequest(stop.Token, default));
        var rotation = await house.ResumeAsync(stopped.Id);

        Assert.True(stopped.State == RotationState.Stopped, RotationHouse.Say(stopped));
        Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
        Assert.Equal(2, (await cluster.GetAsync($"apis/apps/v1/namespaces/{cluster.Namespace}/deployments/web")).Long("metadata", "generation"));
    }

    private static async Task<int> PopulateAsync(TestCluster cluster, string nameSpace, bool isFirst)
    {
        JsonObject Variable() => Manifest.WithVariable("token");
        var everything = Manifest.Template([], new JsonObject { ["envFrom"] = new JsonArray(new JsonObject { ["secretRef"] = new JsonObject { ["name"] = "token" } }) });
        await cluster.CreateAsync(nameSpace, "Deployment", "web", Manifest.Running("web", 2, Variable()));
        await cluster.CreateAsync(nameSpace, "Deployment", "files", Manifest.Running("files", 1, Manifest.WithVolume("token")));
        await cluster.CreateAsync(nameSpace, "Deployment", "all", Manifest.Running("all", 1, everything, new JsonObject { ["strategy"] = new JsonObject { ["type"] = "Recreate" } }));
        await cluster.CreateAsync(nameSpace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Variable()));
        await cluster.CreateAsync(nameSpace, "DaemonSet", "agent", Manifest.Running("agent", -1, Variable()));
        await cluster.ReadyAsync(nameSpace, "Deployment/web", 2);
        await cluster.ReadyAsync(nameSpace, "StatefulSet/db", 2);
        await cluster.ReadyAsync(nameSpace, "Deployment/files", 1);
        await cluster.ReadyAsync(nameSpace, "Deployment/all", 1);
        await cluster.DaemonsReadyAsync(nameSpace, "agent");
        if (!isFirst)
        {
            return 5;
        }

        var held = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["partition"] = 1 } };
        await cluster.CreateAsync(nameSpace, "StatefulSet", "held", Manifest.StatefulSet("held", 2, Variable(), held));
        await cluster.CreateAsync(nameSpace, "StatefulSet", "deleted", Manifest.StatefulSet("deleted", 2, Variable(), new JsonObject { ["type"] = "OnDelete" }));
        await cluster.CreateAsync(nameSpace, "ReplicaSet", "alone", Manifest.Running("alone", 2, Variable()));
        var job = Manifest.WithVariable("token", "value", ("kubelet.test/run-for", "4s"));
        job["spec"]!["restartPolicy"] = "Never";
        await cluster.CreateAsync(nameSpace, "Job", "once", new JsonObject { ["template"] = job });
        var cron = Variable();
        cron["spec"]!["restartPolicy"] = "Never";
        await cluster.CreateAsync(nameSpace, "CronJob", "nightly", new JsonObject
        {
            ["schedule"] = "0 3 * * *",
            ["jobTemplate"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = cron } },
        });
        await cluster.ReadyAsync(nameSpace, "StatefulSet/held", 2);
        await cluster.ReadyAsync(nameSpace, "StatefulSet/deleted", 2);
        await cluster.ReadyAsync(nameSpace, "ReplicaSet/alone", 2);
        return 10;
    }

    /// <summary>What the pods of each namespace hold of the Secret, by the kubelet's own record.</summary>
    internal static async Task<Dictionary<string, HashSet<string>>> HeldAsync(TestCluster cluster)
    {
        var held = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var nameSpace in cluster.Namespaces)
        {
            var list = await cluster.GetAsync($"api/v1/namespaces/{nameSpace}/pods");
            held[nameSpace] = [];
            foreach (var pod in list.Items("items").Where(static pod => pod.Text("metadata", "deletionTimestamp") is null && pod.Text("status", "phase") == "Running"))
            {
                using var holds = JsonDocument.Parse(pod.Text("metadata", "annotations", "kubelet.test/holds") ?? "{}");
                held[nameSpace].UnionWith(holds.RootElement.EnumerateObject().Where(static one => one.Name.EndsWith("/TOKEN", StringComparison.Ordinal) || one.Name.EndsWith("/value", StringComparison.Ordinal)).Select(static one => one.Value.GetString()!));
            }
        }

        return held;
    }
}
