using System.Globalization;
using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Kubernetes.Tests.Rotations;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Tests.Restarting;

/// <summary>A secret of Vault that External Secrets brings into the cluster: with its resource definitions, and a controller that does no more than what is awaited of one.</summary>
public sealed class ExternalSecretsTests
{
    private const string Group = "external-secrets.io";

    private static readonly SecretAddress Address = SecretAddress.Parse("vault:secret/proxy/jwt#value");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_consumers_are_found_and_restarted_once_it_has_been_read_again()
    {
        await using var cluster = await SetAsync();
        var consumer = Assert.Single(await cluster.ConsumersAsync(Address), consumer => consumer.Scope.EndsWith(cluster.Namespace, StringComparison.Ordinal));
        Assert.Contains("through ExternalSecret jwt", consumer.References.Single().Location, StringComparison.Ordinal);
        var before = (await RotationTests.HeldAsync(cluster))[cluster.Namespace].Single();

        var controller = BringAsync(cluster, "the new value of Vault");
        var (_, failure) = await RestartTests.RestartAsync(cluster, consumer, "run-1");
        await controller;

        Assert.Null(failure);
        Assert.NotEqual(before, Assert.Single((await RotationTests.HeldAsync(cluster))[cluster.Namespace]));

        await cluster.ProvenAsync(consumer, Version("the new value of Vault"));
        Assert.All(TestCluster.Value(await cluster.Control.ProveAsync(consumer, Version("the old value of Vault"), Cancellation)).Instances, static instance => Assert.Equal(Holding.Lacks, instance.Holding));
    }

    private static SecretVersion Version(string text)
    {
        using var value = SecretValue.FromText(text);
        return new SecretVersion(Address, "7", SecretStage.Current, DateTimeOffset.UnixEpoch) { Fingerprint = value.Fingerprint };
    }

    private static async Task<TestCluster> SetAsync()
    {
        await using (var first = await TestCluster.ConnectAsync(0))
        {
            foreach (var (kind, plural) in ((string, string)[])[("ExternalSecret", "externalsecrets"), ("SecretStore", "secretstores")])
            {
                await first.DefineAsync(Group, "v1", kind, plural);
            }
        }

        var cluster = await TestCluster.ConnectAsync(1, null, static name => name == "vault" ? new StoreDescription("vault", "Vault", "x", StoreCapabilities.None) : null);
        await cluster.SecretAsync("token", ("value", "the old value of Vault"u8.ToArray()));
        await cluster.CreateCustomAsync(Group, "v1", "SecretStore", "secretstores", "team", new JsonObject { ["provider"] = new JsonObject { ["vault"] = new JsonObject { ["path"] = "secret" } } });
        await cluster.CreateCustomAsync(Group, "v1", "ExternalSecret", "externalsecrets", "jwt", new JsonObject
        {
            ["secretStoreRef"] = new JsonObject { ["name"] = "team", ["kind"] = "SecretStore" },
            ["target"] = new JsonObject { ["name"] = "token" },
            ["data"] = new JsonArray(new JsonObject { ["secretKey"] = "value", ["remoteRef"] = new JsonObject { ["key"] = "proxy/jwt", ["property"] = "value" } }),
        });
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 2, Manifest.WithVariable("token")));
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 2);
        return cluster;
    }

    // Reads again when it is asked to: writes the Secret, then tells when.
    private static async Task BringAsync(TestCluster cluster, string text)
    {
        var path = $"apis/external-secrets.io/v1/namespaces/{cluster.Namespace}/externalsecrets/jwt";
        await TestCluster.UntilAsync(async () => (await cluster.GetAsync(path)).Text("metadata", "annotations", "force-sync") is not null, "the demand to read again");
        await cluster.SendAsync(
            HttpMethod.Patch,
            $"api/v1/namespaces/{cluster.Namespace}/secrets/token?fieldManager=external-secrets",
            new JsonObject { ["data"] = new JsonObject { ["value"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)) } },
            "application/merge-patch+json");
        await cluster.MergeAsync($"{path}/status", new JsonObject { ["status"] = new JsonObject { ["refreshTime"] = DateTimeOffset.UtcNow.AddSeconds(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) } });
    }
}
