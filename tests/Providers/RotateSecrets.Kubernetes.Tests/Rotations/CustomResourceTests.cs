using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Kubernetes.Tests.Restarting;
using RotateSecrets.Peers.KubernetesFaults;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using TestCluster = RotateSecrets.Kubernetes.Tests.Hosting.TestCluster;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>Kinds that somebody has to install: their definitions are, and what their controllers do is done here.</summary>
public sealed class CustomResourceTests
{
    private const string Argo = "argoproj.io";
    private const string Csi = "secrets-store.csi.x-k8s.io";
    private const string Arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/proxy/jwt";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_definition_that_is_absent_is_no_failure_even_where_its_group_is_there()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.UndefineAsync(Argo, "rollouts");
        await cluster.DefineAsync(Argo, "v1alpha1", "Application", "applications");
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 0, Manifest.WithVariable("token")));

        await using var after = await TestCluster.ConnectAsync(0, null, Stores);
        await using var limited = await TestCluster.ConnectAsync(0, await LimitedUser.MakeAsync(cluster));
        await LimitedUser.GrantAsync(
            cluster,
            "reader",
            """{"apiGroups": ["", "apps", "batch", "networking.k8s.io", "secrets-store.csi.x-k8s.io"], "resources": ["secrets", "pods", "serviceaccounts", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs", "ingresses", "secretproviderclasses"], "verbs": ["get", "list"]}""");
        await TestCluster.UntilAsync(async () => (await limited.Store.ReadAsync(cluster.Address("token"), VersionSelector.Current, Cancellation)).Failure is null, "the Role to count");

        Assert.Equal("web", Assert.Single(await limited.ConsumersAsync(cluster.Address("token"))).Name);
        Assert.Equal("web", Assert.Single(await after.ConsumersAsync(cluster.Address("token"))).Name);
        Assert.Empty(Inside(cluster, await after.ConsumersAsync(SecretAddress.Parse("vault:secret/proxy/jwt#value"))));
    }

    [Fact]
    public async Task A_Rollout_is_rotated_like_any_other_workload()
    {
        await using (var first = await TestCluster.ConnectAsync(0))
        {
            await first.DefineAsync(Argo, "v1alpha1", "Rollout", "rollouts");
        }

        await using var cluster = await TestCluster.ConnectAsync();
        await using var house = await RotationHouse.BuildAsync(cluster);
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        await cluster.CreateCustomAsync(Argo, "v1alpha1", "Rollout", "rollouts", "canary", Manifest.Running("canary", 2, Manifest.WithVariable("token")));
        using var ended = new CancellationTokenSource();
        var controller = new RolloutController(cluster).RunAsync(ended.Token);
        await cluster.ReadyAsync(cluster.Namespace, "Rollout/canary", 2);
        var before = (await RotationTests.HeldAsync(cluster))[cluster.Namespace].Single();

        var rotation = await house.RunAsync(RotationHouse.PlanOf(cluster.Address("token")));

        await ended.CancelAsync();
        await controller;
        Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
        Assert.Equal("canary", Assert.Single(await cluster.ConsumersAsync(cluster.Address("token"))).Name);
        Assert.NotEqual(before, Assert.Single((await RotationTests.HeldAsync(cluster))[cluster.Namespace]));
        Assert.Equal(2, (await cluster.GetAsync($"apis/{Argo}/v1alpha1/namespaces/{cluster.Namespace}/rollouts/canary")).Long("metadata", "generation"));
    }

    [Theory]
    [InlineData("vault", "vault:secret/proxy/jwt#value", "- objectName: jwt\n  secretPath: secret/data/proxy/jwt\n  secretKey: value\n")]
    [InlineData("aws", "aws:prod/proxy/jwt#value", $"- objectName: {Arn}-AbCd12\n  jmesPath: [{{path: value, objectAlias: jwt}}]\n")]
    [InlineData("aws", $"aws:{Arn}#value", "- objectName: prod/proxy/jwt\n")]
    public async Task What_the_CSI_driver_brings_is_found_by_the_address_in_its_store_and_restarted_and_proven(string provider, string address, string objects)
    {
        await using (var first = await TestCluster.ConnectAsync(0))
        {
            await first.DefineAsync(Csi, "v1", "SecretProviderClass", "secretproviderclasses");
        }

        await using var cluster = await TestCluster.ConnectAsync(1, null, Stores);
        await cluster.SecretAsync("synced", ("value", "brought"u8.ToArray()));
        await cluster.CreateCustomAsync(Csi, "v1", "SecretProviderClass", "secretproviderclasses", "jwt", new JsonObject
        {
            ["provider"] = provider,
            ["parameters"] = new JsonObject { ["objects"] = objects },
            ["secretObjects"] = new JsonArray(new JsonObject { ["secretName"] = "synced", ["type"] = "Opaque" }),
        });
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "mounts", Manifest.Running("mounts", 1, Manifest.Template([], [], new JsonObject
        {
            ["volumes"] = new JsonArray(new JsonObject
            {
                ["name"] = "secrets",
                ["csi"] = new JsonObject { ["driver"] = "secrets-store.csi.k8s.io", ["readOnly"] = true, ["volumeAttributes"] = new JsonObject { ["secretProviderClass"] = "jwt" } },
            }),
        })));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "reads", Manifest.Running("reads", 1, Manifest.WithVariable("synced")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/mounts", 1);
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/reads", 1);

        var found = Inside(cluster, await cluster.ConsumersAsync(SecretAddress.Parse(address)));

        Assert.Equal(["mounts", "reads"], found.Select(static consumer => consumer.Name).Order(StringComparer.Ordinal));
        Assert.Contains("through SecretProviderClass jwt", found.Single(static consumer => consumer.Name == "reads").References.Single().Location, StringComparison.Ordinal);
        await AssertRestartsAsync(cluster, found.Single(static consumer => consumer.Name == "mounts"));
    }

    [Theory]
    [InlineData("secret/data/proxy/jwt")]
    [InlineData("secret/proxy/jwt")]
    public async Task What_the_Vault_injector_brings_is_restarted_and_proven(string path)
    {
        await using var cluster = await TestCluster.ConnectAsync(1, null, Stores);
        var template = Manifest.Template([("vault.hashicorp.com/agent-inject", "true"), ("vault.hashicorp.com/agent-pre-populate-only", "true"), ("vault.hashicorp.com/agent-inject-secret-jwt", path)], []);
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "agent", Manifest.StatefulSet("agent", 1, template));
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/agent", 1);

        foreach (var address in (string[])["vault:secret/data/proxy/jwt#value", "vault:secret/proxy/jwt#value"])
        {
            Assert.Equal("agent", Assert.Single(Inside(cluster, await cluster.ConsumersAsync(SecretAddress.Parse(address)))).Name);
        }

        await AssertRestartsAsync(cluster, Inside(cluster, await cluster.ConsumersAsync(SecretAddress.Parse("vault:secret/proxy/jwt#value"))).Single());
    }

    [Theory]
    [InlineData("prod/proxy/jwt", $"aws:{Arn}-AbCd12#value")]
    [InlineData(Arn, "aws:prod/proxy/jwt#value")]
    [InlineData("prod/proxy/jwt", "aws:prod/proxy/jwt#value")]
    public async Task What_External_Secrets_brings_from_AWS_is_found_by_name_and_by_ARN(string key, string address)
    {
        await using (var first = await TestCluster.ConnectAsync(0))
        {
            await first.DefineAsync("external-secrets.io", "v1", "SecretStore", "secretstores");
            await first.DefineAsync("external-secrets.io", "v1", "ExternalSecret", "externalsecrets");
        }

        await using var cluster = await TestCluster.ConnectAsync(1, null, Stores);
        await cluster.CreateCustomAsync("external-secrets.io", "v1", "SecretStore", "secretstores", "team", new JsonObject { ["provider"] = new JsonObject { ["aws"] = new JsonObject { ["service"] = "SecretsManager", ["region"] = "eu-central-1" } } });
        await cluster.CreateCustomAsync("external-secrets.io", "v1", "ExternalSecret", "externalsecrets", "jwt", new JsonObject
        {
            ["secretStoreRef"] = new JsonObject { ["name"] = "team", ["kind"] = "SecretStore" },
            ["target"] = new JsonObject { ["name"] = "token" },
            ["data"] = new JsonArray(new JsonObject { ["secretKey"] = "value", ["remoteRef"] = new JsonObject { ["key"] = key, ["property"] = "value" } }),
        });
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 0, Manifest.WithVariable("token")));

        Assert.Equal("web", Assert.Single(Inside(cluster, await cluster.ConsumersAsync(SecretAddress.Parse(address)))).Name);
        Assert.Empty(Inside(cluster, await cluster.ConsumersAsync(SecretAddress.Parse("aws:prod/proxy/other#value"))));
    }

    [Fact]
    public async Task What_the_Vault_Secrets_Operator_brings_is_waited_for_before_a_restart()
    {
        await using (var first = await TestCluster.ConnectAsync(0))
        {
            await first.DefineAsync("secrets.hashicorp.com", "v1beta1", "VaultStaticSecret", "vaultstaticsecrets");
        }

        await using var proxy = await FaultProxy.StartAsync(TestCluster.KubeConfig);
        await using var cluster = await TestCluster.ConnectAsync(1, proxy.Kubeconfig, Stores);
        await cluster.SecretAsync("token", ("value", "the old value of Vault"u8.ToArray()));
        await cluster.CreateCustomAsync("secrets.hashicorp.com", "v1beta1", "VaultStaticSecret", "vaultstaticsecrets", "jwt", new JsonObject
        {
            ["mount"] = "secret",
            ["type"] = "kv-v2",
            ["path"] = "proxy/synced",
            ["destination"] = new JsonObject { ["name"] = "token" },
        });
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 1, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 1);
        using var value = SecretValue.FromText("the new value of Vault");
        var version = new SecretVersion(SecretAddress.Parse("vault:secret/proxy/synced#value"), "7", SecretStage.Current, DateTimeOffset.UtcNow) { Fingerprint = value.Fingerprint };
        var consumer = Assert.Single(Inside(cluster, await cluster.ConsumersAsync(version.Address))) with { Version = version };
        Assert.Contains("through VaultStaticSecret jwt", consumer.References.Single().Location, StringComparison.Ordinal);
        Assert.False(TestCluster.Value(await cluster.Control.ProveAsync(consumer, version, Cancellation)).IsProven);
        proxy.Requests.Clear();

        var restart = RestartTests.RestartAsync(cluster, consumer, "run-1");
        await TestCluster.UntilAsync(() => Task.FromResult(proxy.Requests.Count(static request => request is { Verb: "get", Resource: "secrets" }) > 1), "the Secret to be looked at again");
        await cluster.SendAsync(
            HttpMethod.Patch,
            $"api/v1/namespaces/{cluster.Namespace}/secrets/token?fieldManager=vault-secrets-operator",
            new JsonObject { ["data"] = new JsonObject { ["value"] = Convert.ToBase64String("the new value of Vault"u8) } },
            "application/merge-patch+json");

        Assert.Null((await restart).Failure);
        await cluster.ProvenAsync(consumer, version);
    }

    private static StoreDescription? Stores(string name) => name switch
    {
        "vault" => new StoreDescription("vault", "Vault", "x", StoreCapabilities.None),
        "aws" => new StoreDescription("aws", "Aws", "x", StoreCapabilities.None),
        _ => null,
    };

    private static List<Consumer> Inside(TestCluster cluster, IEnumerable<Consumer> found) => [.. found.Where(consumer => consumer.Scope.EndsWith(cluster.Namespace, StringComparison.Ordinal))];

    // The value was written just now, so that no pod has it before the restart and each has it after: also those that are made in the second in which it was written, if they were let.
    private static async Task AssertRestartsAsync(TestCluster cluster, Consumer consumer)
    {
        await TestCluster.UntilAsync(static () => Task.FromResult(TimeProvider.System.GetUtcNow().Millisecond < 200), "a second to begin");
        using var value = SecretValue.FromText("brought");
        var written = new SecretVersion(consumer.Address, "7", SecretStage.Current, DateTimeOffset.UtcNow) { Fingerprint = value.Fingerprint };
        Assert.False(TestCluster.Value(await cluster.Control.ProveAsync(consumer, written, Cancellation)).IsProven);

        Assert.Null((await RestartTests.RestartAsync(cluster, consumer with { Version = written }, "run-1")).Failure);

        await cluster.ProvenAsync(consumer, written);
    }
}
