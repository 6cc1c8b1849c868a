using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.KubernetesFaults;
using RotateSecrets.Rotation.Records;
using TestCluster = RotateSecrets.Kubernetes.Tests.Hosting.TestCluster;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>Rotations by somebody who may read everything, and write the Secret alone.</summary>
public sealed partial class PermissionTests
{
    private const string Reading = """{"apiGroups": ["", "apps", "batch", "networking.k8s.io", "argoproj.io", "secrets-store.csi.x-k8s.io"], "resources": ["secrets", "pods", "serviceaccounts", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs", "ingresses", "rollouts", "secretproviderclasses"], "verbs": ["get", "list", "watch"]}""";
    private const string Writing = """{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["token"], "verbs": ["patch"]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_restart_needs_is_named_before_anything_is_written_and_the_Role_that_is_named_is_enough()
    {
        await using var cluster = await SetAsync();
        await using var limited = await TestCluster.ConnectAsync(0, await LimitedUser.MakeAsync(cluster));
        await using var house = await RotationHouse.BuildAsync(limited);
        await LimitedUser.GrantAsync(cluster, "reader", Reading, Writing);
        var version = await VersionAsync(cluster);
        await TestCluster.UntilAsync(async () => (await limited.Store.ReadAsync(cluster.Address("token"), Secrets.VersionSelector.Current, Cancellation)).Failure is null, "the Role to count");

        var refused = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")));

        var last = refused.Steps[^1];
        Assert.True(last is { Kind: StepKind.Preflight, State: StepState.Failed }, RotationHouse.Say(refused));
        Assert.Contains($"patch deployments (apps) in the namespace {cluster.Namespace} (web)", last.Message, StringComparison.Ordinal);
        Assert.Contains($"patch statefulsets (apps) in the namespace {cluster.Namespace} (db, deleted)", last.Message, StringComparison.Ordinal);
        Assert.Contains("delete pods", last.Message, StringComparison.Ordinal);
        Assert.Contains("create pods/eviction", last.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("events", last.Message, StringComparison.Ordinal);
        Assert.Equal(version, await VersionAsync(cluster));

        await LimitedUser.GrantAsync(cluster, "as-named", [.. Rules().Matches(last.Message).Select(static rule => Keys().Replace(rule.Value, "\"$0\""))]);
        var consumers = await limited.ConsumersAsync(cluster.Address("token"));
        IReadOnlyList<string> cautions = [];
        await TestCluster.UntilAsync(async () => (await limited.Control.CheckAccessAsync(consumers, null, Cancellation)).Succeeded(out cautions!, out _), "the Role to count");
        Assert.Contains("list, watch events", Assert.Single(cautions), StringComparison.Ordinal);

        var rotation = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")));

        Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
    }

    [Fact]
    public async Task What_pointing_references_elsewhere_needs_is_named_too_and_what_nobody_needs_is_not()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        var cron = Manifest.WithVariable("token");
        cron["spec"]!["restartPolicy"] = "Never";
        await cluster.CreateAsync(cluster.Namespace, "CronJob", "nightly", new JsonObject { ["schedule"] = "0 3 * * *", ["jobTemplate"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = cron } } });
        await cluster.CreateAsync(cluster.Namespace, "DaemonSet", "agent", Manifest.Running("agent", -1, Manifest.WithVariable("token")));
        await using var limited = await TestCluster.ConnectAsync(0, await LimitedUser.MakeAsync(cluster));
        await LimitedUser.GrantAsync(cluster, "reader", Reading, Writing, """{"apiGroups": ["apps"], "resources": ["daemonsets"], "verbs": ["patch"]}""");
        var consumers = await cluster.ConsumersAsync(cluster.Address("token"));
        await TestCluster.UntilAsync(async () => (await limited.Control.CheckAccessAsync(consumers, null, Cancellation)).Failure is null, "the Role to count");

        var side = cluster.Store.SideOf(cluster.Address("token"), "run");
        var refused = (await limited.Control.CheckAccessAsync(consumers, side, Cancellation)).Failure!;

        Assert.Equal(FailureCode.AccessDenied, refused.Code);
        Assert.Contains("patch cronjobs (batch)", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"create, patch, delete secrets in the namespace {cluster.Namespace}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("daemonsets", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("eviction", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_External_Secrets_has_to_be_asked_needs_a_permission_too()
    {
        static Stores.StoreDescription? Stores(string name) => name == "vault" ? new Stores.StoreDescription("vault", "Vault", "x", RotateSecrets.Stores.StoreCapabilities.None) : null;
        await using (var first = await TestCluster.ConnectAsync(0))
        {
            await first.DefineAsync("external-secrets.io", "v1", "SecretStore", "secretstores");
            await first.DefineAsync("external-secrets.io", "v1", "ExternalSecret", "externalsecrets");
        }

        await using var cluster = await TestCluster.ConnectAsync(1, null, Stores);
        await cluster.CreateCustomAsync("external-secrets.io", "v1", "SecretStore", "secretstores", "team", new JsonObject { ["provider"] = new JsonObject { ["vault"] = new JsonObject { ["path"] = "secret" } } });
        await cluster.CreateCustomAsync("external-secrets.io", "v1", "ExternalSecret", "externalsecrets", "jwt", new JsonObject
        {
            ["secretStoreRef"] = new JsonObject { ["name"] = "team", ["kind"] = "SecretStore" },
            ["target"] = new JsonObject { ["name"] = "token" },
            ["dataFrom"] = new JsonArray(new JsonObject { ["extract"] = new JsonObject { ["key"] = "proxy/limited" } }),
        });
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 0, Manifest.WithVariable("token")));
        var consumers = (await cluster.ConsumersAsync(Secrets.SecretAddress.Parse("vault:secret/proxy/limited#value"))).Where(consumer => consumer.Scope.EndsWith(cluster.Namespace, StringComparison.Ordinal)).ToList();
        await using var limited = await TestCluster.ConnectAsync(0, await LimitedUser.MakeAsync(cluster), Stores, ("Namespace", cluster.Namespace));
        await LimitedUser.GrantAsync(
            cluster,
            "reader",
            Reading,
            """{"apiGroups": ["external-secrets.io", "secrets.hashicorp.com"], "resources": ["*"], "verbs": ["get", "list"]}""",
            """{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]}""");

        Failure? refused = null;
        await TestCluster.UntilAsync(
            async () => (refused = (await limited.Control.CheckAccessAsync(consumers, null, Cancellation)).Failure)?.Message.Contains("deployments", StringComparison.Ordinal) == false && !refused.Message.Contains("list", StringComparison.Ordinal),
            "the Role to count");

        Assert.Single(consumers);
        Assert.Contains($"may not patch externalsecrets (external-secrets.io) in the namespace {cluster.Namespace} (jwt)", refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_do_everything_costs_one_request_a_namespace_and_one_for_its_budgets()
    {
        TestCluster.Need();
        await using var proxy = await FaultProxy.StartAsync(TestCluster.KubeConfig);
        await using var cluster = await SetAsync(proxy.Kubeconfig);
        var consumers = await cluster.ConsumersAsync(cluster.Address("token"));
        proxy.Requests.Clear();

        Assert.Empty(TestCluster.Value(await cluster.Control.CheckAccessAsync(consumers, cluster.Store.SideOf(cluster.Address("token"), "run"), Cancellation)));

        Assert.Equal(1, proxy.Count("list", "poddisruptionbudgets"));
        Assert.Equal(2, proxy.Count());
    }

    private static async Task<TestCluster> SetAsync(string? kubeConfig = null)
    {
        var cluster = await TestCluster.ConnectAsync(1, kubeConfig);
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 1, Manifest.WithVariable("token")));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 1, Manifest.WithVariable("token")));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "deleted", Manifest.StatefulSet("deleted", 1, Manifest.WithVariable("token"), new JsonObject { ["type"] = "OnDelete" }));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 1);
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 1);
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/deleted", 1);
        return cluster;
    }

    private static async Task<string> VersionAsync(TestCluster cluster) =>
        (await cluster.GetAsync($"api/v1/namespaces/{cluster.Namespace}/secrets/token")).Text("metadata", "resourceVersion")!;

    [GeneratedRegex(@"\{apiGroups:[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Rules();

    [GeneratedRegex(@"\b[a-zA-Z]+(?=: \[)", RegexOptions.None, 1000)]
    private static partial Regex Keys();
}
