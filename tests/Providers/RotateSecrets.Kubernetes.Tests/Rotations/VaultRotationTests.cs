using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Providers;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>A secret of Vault whose consumers are workloads: by the injector, the CSI driver, External Secrets and the Vault Secrets Operator, all in one rotation.</summary>
public sealed class VaultRotationTests
{
    private const string Old = "the old value of Vault";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_way_into_the_cluster_brings_the_new_value_and_the_old_one_is_revoked()
    {
        await using var scene = await Scene.SetAsync();

        var rotation = await scene.House.RunAsync(RotationHouse.PlanOf(scene.Address));

        Assert.True(rotation.State == RotationState.Completed, RotationHouse.Say(rotation));
        Assert.Contains(rotation.Steps, static step => step is { Kind: StepKind.Revoke, State: StepState.Done } && !step.Message.StartsWith("Owed", StringComparison.Ordinal));
        Assert.NotEqual(scene.Before, Assert.Single((await RotationTests.HeldAsync(scene.Cluster))[scene.Cluster.Namespace]));
        await scene.AssertGenerationAsync(2);
    }

    [Fact]
    public async Task A_value_with_which_pods_crash_is_taken_back_from_all_of_them()
    {
        await using var scene = await Scene.SetAsync();
        using var bad = SecretValue.FromText("mode=crash-loop, which is long enough");

        var rotation = await scene.House.RunAsync(RotationHouse.PlanOf(scene.Address), new RotationOptions { Value = bad, ThrottleLimit = 10 });

        Assert.True(rotation.State == RotationState.Undone, RotationHouse.Say(rotation));
        Assert.Equal("Nobody needed it.", rotation.Steps.Last(static step => step.Kind == StepKind.Restart).Message);
        await TestCluster.UntilAsync(async () => (await scene.Cluster.PodsAsync(scene.Cluster.Namespace)).All(static pod => pod.IsReady), "all pods to be well");
        Assert.Equal(scene.Before, Assert.Single((await RotationTests.HeldAsync(scene.Cluster))[scene.Cluster.Namespace]));
        using var value = TestCluster.Value(await scene.Store.ReadAsync(scene.Address, VersionSelector.Current, Cancellation)).Value!;
        Assert.Equal(Old, value.Reveal());
    }

    private sealed class Scene : IAsyncDisposable
    {
        private static readonly string[] Names = ["injected", "mounts", "external", "watched"];

        private readonly CancellationTokenSource ended = new();
        private readonly VaultDouble server;
        private readonly HttpClient client = new();
        private readonly Task operators;

        private Scene(VaultDouble server, ISecretStore store, TestCluster cluster, RotationHouse house)
        {
            (this.server, Store, Cluster, House) = (server, store, cluster, house);
            client.DefaultRequestHeaders.Add("X-Vault-Token", server.RootToken);
            operators = new SecretsOperator(cluster, ReadAsync).RunAsync("external", "watched", ended.Token);
        }

        // Others look for the consumers of theirs in the same cluster.
        public SecretAddress Address => AddressIn(Cluster);

        public ISecretStore Store { get; }

        public TestCluster Cluster { get; }

        public RotationHouse House { get; }

        /// <summary>What all pods held before.</summary>
        public string Before { get; private set; } = string.Empty;

        public static async Task<Scene> SetAsync()
        {
            await using (var first = await TestCluster.ConnectAsync(0))
            {
                await first.DefineAsync("external-secrets.io", "v1", "SecretStore", "secretstores");
                await first.DefineAsync("external-secrets.io", "v1", "ExternalSecret", "externalsecrets");
                await first.DefineAsync("secrets.hashicorp.com", "v1beta1", "VaultStaticSecret", "vaultstaticsecrets");
                await first.DefineAsync("secrets-store.csi.x-k8s.io", "v1", "SecretProviderClass", "secretproviderclasses");
            }

            var vault = await VaultDouble.StartAsync();
            var store = await ConnectAsync(vault);
            var cluster = await TestCluster.ConnectAsync(1, null, static name => name == "vault" ? new StoreDescription("vault", "Vault", "x", StoreCapabilities.None) : null);
            using (var old = SecretValue.FromText(Old))
            {
                TestCluster.Value(await store.PutAsync(new PutRequest(AddressIn(cluster), old, SecretStage.Current, "before"), Cancellation));
            }

            await PopulateAsync(cluster);
            var scene = new Scene(vault, store, cluster, await RotationHouse.BuildAsync(cluster, store));
            scene.Before = Assert.Single((await RotationTests.HeldAsync(cluster))[cluster.Namespace]);
            return scene;
        }

        public async Task AssertGenerationAsync(long generation)
        {
            foreach (var name in Names)
            {
                Assert.Equal(generation, (await Cluster.GetAsync($"{Manifest.PathOf("Deployment", Cluster.Namespace)}/{name}")).Long("metadata", "generation"));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await ended.CancelAsync();
            await operators;
            await House.DisposeAsync();
            await Cluster.DisposeAsync();
            await Store.DisposeAsync();
            client.Dispose();
            await server.DisposeAsync();
            ended.Dispose();
        }

        private async Task<string> ReadAsync()
        {
            using var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri(server.Address, $"v1/secret/data/proxy/{Cluster.Namespace}"), Cancellation));
            return answer.RootElement.Text("data", "data", "value")!;
        }

        private static SecretAddress AddressIn(TestCluster cluster) => SecretAddress.Parse($"vault:secret/proxy/{cluster.Namespace}#value");

        private static async Task PopulateAsync(TestCluster cluster)
        {
            var inside = cluster.Namespace;
            foreach (var name in (string[])["external", "watched"])
            {
                await cluster.SecretAsync(name, ("value", System.Text.Encoding.UTF8.GetBytes(Old)));
                await cluster.CreateAsync(inside, "Deployment", name, Manifest.Running(name, 2, Manifest.WithVariable(name)));
            }

            await cluster.CreateCustomAsync("external-secrets.io", "v1", "SecretStore", "secretstores", "team", new JsonObject { ["provider"] = new JsonObject { ["vault"] = new JsonObject { ["path"] = "secret" } } });
            await cluster.CreateCustomAsync("external-secrets.io", "v1", "ExternalSecret", "externalsecrets", "external", new JsonObject
            {
                ["secretStoreRef"] = new JsonObject { ["name"] = "team", ["kind"] = "SecretStore" },
                ["target"] = new JsonObject { ["name"] = "external" },
                ["data"] = new JsonArray(new JsonObject { ["secretKey"] = "value", ["remoteRef"] = new JsonObject { ["key"] = $"proxy/{inside}", ["property"] = "value" } }),
            });
            await cluster.CreateCustomAsync("secrets.hashicorp.com", "v1beta1", "VaultStaticSecret", "vaultstaticsecrets", "watched", new JsonObject
            {
                ["mount"] = "secret",
                ["type"] = "kv-v2",
                ["path"] = $"proxy/{inside}",
                ["destination"] = new JsonObject { ["name"] = "watched" },
            });
            await cluster.CreateCustomAsync("secrets-store.csi.x-k8s.io", "v1", "SecretProviderClass", "secretproviderclasses", "whole", new JsonObject
            {
                ["provider"] = "vault",
                ["parameters"] = new JsonObject { ["objects"] = $"- objectName: whole\n  secretPath: secret/data/proxy/{inside}\n  secretKey: value\n" },
            });
            await cluster.CreateAsync(inside, "Deployment", "injected", Manifest.Running("injected", 2, Manifest.Template(
                [("vault.hashicorp.com/agent-inject", "true"), ("vault.hashicorp.com/agent-pre-populate-only", "true"), ("vault.hashicorp.com/agent-inject-secret-jwt", $"secret/data/proxy/{inside}")], [])));
            await cluster.CreateAsync(inside, "Deployment", "mounts", Manifest.Running("mounts", 2, Manifest.Template([], [], new JsonObject
            {
                ["volumes"] = new JsonArray(new JsonObject
                {
                    ["name"] = "secrets",
                    ["csi"] = new JsonObject { ["driver"] = "secrets-store.csi.k8s.io", ["readOnly"] = true, ["volumeAttributes"] = new JsonObject { ["secretProviderClass"] = "whole" } },
                }),
            })));
            foreach (var name in Names)
            {
                await cluster.ReadyAsync(inside, $"Deployment/{name}", 2);
            }
        }

        private static async Task<ISecretStore> ConnectAsync(VaultDouble vault)
        {
            using var token = SecretValue.FromText(vault.RootToken);
            return TestCluster.Value(await new VaultProvider().ConnectAsync(new ConnectionRequest("vault", vault.Address.ToString(), TimeProvider.System) { Credential = token }, Cancellation)).Store;
        }
    }
}
