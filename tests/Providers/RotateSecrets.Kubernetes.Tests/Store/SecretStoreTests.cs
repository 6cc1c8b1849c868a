using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Tests.Store;

public sealed class SecretStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Type_labels_and_other_keys_stay_as_they_are()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        var more = new JsonObject { ["type"] = "kubernetes.io/basic-auth", ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["team"] = "payments" } } };
        await cluster.SecretAsync(cluster.Namespace, "login", more, ("username", [0, 255, 1]), ("password", "old"u8.ToArray()));

        TestCluster.Value(await PutAsync(cluster, cluster.Address("login", "password"), [0, 10, 255, 128]));

        var secret = await cluster.GetAsync($"api/v1/namespaces/{cluster.Namespace}/secrets/login");
        Assert.Equal("kubernetes.io/basic-auth", secret.Text("type"));
        Assert.Equal("payments", secret.Text("metadata", "labels", "team"));
        Assert.Equal(Convert.ToBase64String([0, 255, 1]), secret.Text("data", "username"));
        Assert.Equal(Convert.ToBase64String([0, 10, 255, 128]), secret.Text("data", "password"));
    }

    [Fact]
    public async Task A_change_of_labels_or_of_another_key_is_no_new_version()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "old"u8.ToArray()), ("other", "x"u8.ToArray()));
        var address = cluster.Address("token");
        var before = TestCluster.Value(await cluster.Store.ReadAsync(address, VersionSelector.Current, Cancellation));

        await cluster.MergeAsync($"api/v1/namespaces/{cluster.Namespace}/secrets/token", new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["a"] = "b" } },
            ["data"] = new JsonObject { ["other"] = Convert.ToBase64String("y"u8) },
        });

        var written = TestCluster.Value(await PutAsync(cluster, address, "new"u8.ToArray(), before.Id));
        Assert.NotEqual(before.Id, written.Id);
    }

    [Fact]
    public async Task What_somebody_else_wrote_since_is_not_overwritten_and_no_longer_counts_as_ours()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        var address = cluster.Address("token");
        var ours = TestCluster.Value(await PutAsync(cluster, address, "ours"u8.ToArray(), token: "run-1"));
        Assert.Equal("run-1", ours.Token);
        await cluster.SendAsync(
            HttpMethod.Patch,
            $"api/v1/namespaces/{cluster.Namespace}/secrets/token?fieldManager=somebody",
            new JsonObject { ["data"] = new JsonObject { ["value"] = Convert.ToBase64String("theirs"u8) } },
            "application/merge-patch+json");

        var conflict = await PutAsync(cluster, address, "next"u8.ToArray(), ours.Id);

        Assert.Equal(FailureCode.VersionConflict, conflict.Failure?.Code);
        Assert.Null(TestCluster.Value(await cluster.Store.ReadAsync(address, VersionSelector.Current, Cancellation)).Token);
    }

    [Fact]
    public async Task A_missing_key_is_an_error_that_names_the_keys_that_there_are()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("login", ("username", "u"u8.ToArray()), ("password", "p"u8.ToArray()));

        var missing = (await cluster.Store.ReadAsync(cluster.Address("login", "pass"), VersionSelector.Current, Cancellation)).Failure!;
        var ambiguous = (await cluster.Store.ReadAsync(cluster.Address("login", null), VersionSelector.Current, Cancellation)).Failure!;

        Assert.Equal(FailureCode.SecretNotFound, missing.Code);
        Assert.Contains("password, username", missing.Remedy + ambiguous.Remedy, StringComparison.Ordinal);
        Assert.Equal(FailureCode.ValueInvalid, ambiguous.Code);
    }

    [Fact]
    public async Task A_value_that_makes_the_Secret_larger_than_a_mebibyte_is_refused_and_nothing_is_written()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "old"u8.ToArray()), ("other", new byte[600 * 1024]));

        var refused = await PutAsync(cluster, cluster.Address("token"), new byte[500 * 1024]);

        Assert.Equal(FailureCode.ValueInvalid, refused.Failure?.Code);
        Assert.Contains("1,048,576", refused.Failure!.Message, StringComparison.Ordinal);
        using var value = TestCluster.Value(await cluster.Store.ReadAsync(cluster.Address("token"), VersionSelector.Current, Cancellation)).Value;
        Assert.Equal(3, value!.Length);
    }

    [Fact]
    public async Task An_immutable_Secret_is_refused_with_the_strategy_that_takes_it()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync(cluster.Namespace, "fixed", new JsonObject { ["immutable"] = true }, ("value", "old"u8.ToArray()));

        var refused = (await PutAsync(cluster, cluster.Address("fixed"), "new"u8.ToArray())).Failure!;

        Assert.Equal(FailureCode.NotSupported, refused.Code);
        Assert.Contains("Rename", refused.Remedy, StringComparison.Ordinal);
    }

    // Versions that no cluster has: of an owner that could be there and isn't, the garbage collector takes the Secret away.
    [Theory]
    [InlineData("""{"metadata":{"ownerReferences":[{"apiVersion":"external-secrets.io/v0","kind":"ExternalSecret","name":"jwt","uid":"1"}]}}""", "ExternalSecret jwt")]
    [InlineData("""{"metadata":{"ownerReferences":[{"apiVersion":"bitnami.com/v0","kind":"SealedSecret","name":"jwt","uid":"1"}]}}""", "SealedSecret jwt")]
    [InlineData("""{"metadata":{"ownerReferences":[{"apiVersion":"secrets.hashicorp.com/v0","kind":"VaultStaticSecret","name":"jwt","uid":"1"}]}}""", "VaultStaticSecret jwt")]
    [InlineData("""{"metadata":{"annotations":{"meta.helm.sh/release-name":"shop"}}}""", "release shop")]
    [InlineData("""{"metadata":{"annotations":{"argocd.argoproj.io/tracking-id":"shop:/Secret:a/b"}}}""", "application shop")]
    [InlineData("""{"metadata":{"labels":{"kustomize.toolkit.fluxcd.io/name":"infra"}}}""", "infra")]
    public async Task What_another_controller_takes_care_of_is_not_fought_over_unless_it_is_forced(string metadata, string source)
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await using var forced = await TestCluster.ConnectAsync(0, null, null, ("Force", "true"));
        var more = JsonNode.Parse(metadata)!.AsObject();
        await cluster.SecretAsync(cluster.Namespace, "token", more, ("value", "old"u8.ToArray()));
        var address = cluster.Address("token");

        var refused = (await PutAsync(cluster, address, "new"u8.ToArray())).Failure!;
        var access = TestCluster.Value(await cluster.Store.CheckAccessAsync(address, StoreAccess.Rotate, Cancellation));

        Assert.Equal(FailureCode.ManagedElsewhere, refused.Code);
        Assert.Contains(source, refused.Message, StringComparison.Ordinal);
        Assert.False(access.Granted);
        TestCluster.Value(await PutAsync(forced, address, "new"u8.ToArray()));
    }

    [Fact]
    public async Task The_manager_of_the_field_tells_of_an_owner_that_left_no_other_trace()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        var secret = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "token" }, ["data"] = new JsonObject { ["value"] = "b2xk" } };
        await cluster.SendAsync(HttpMethod.Post, $"api/v1/namespaces/{cluster.Namespace}/secrets?fieldManager=external-secrets", secret);

        var refused = (await PutAsync(cluster, cluster.Address("token"), "new"u8.ToArray())).Failure!;

        Assert.Equal(FailureCode.ManagedElsewhere, refused.Code);
        Assert.Contains("External Secrets", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_beside_a_Secret_has_its_type_and_other_keys_and_can_be_taken_away()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync(cluster.Namespace, "login", new JsonObject { ["immutable"] = true }, ("username", "u"u8.ToArray()), ("password", "old"u8.ToArray()));
        var run = Guid.NewGuid().ToString("N");
        var side = cluster.Store.SideOf(cluster.Address("login", "password"), run);

        TestCluster.Value(await PutAsync(cluster, side, "new"u8.ToArray(), token: run));

        var secret = await cluster.GetAsync($"api/v1/namespaces/{side.Path.Replace("/", "/secrets/", StringComparison.Ordinal)}");
        Assert.Equal(Convert.ToBase64String("u"u8), secret.Text("data", "username"));
        Assert.True(secret.Flag("immutable"));
        TestCluster.Value(await cluster.Store.RemoveAsync(side, Cancellation));
        TestCluster.Value(await cluster.Store.RemoveAsync(side, Cancellation));
        Assert.Equal(FailureCode.SecretNotFound, (await cluster.Store.ReadAsync(side, VersionSelector.Current, Cancellation)).Failure?.Code);
    }

    private static async Task<Outcome<SecretVersion>> PutAsync(TestCluster cluster, SecretAddress address, byte[] bytes, string? expected = null, string? token = null)
    {
        using var value = SecretValue.FromBytes(bytes);
        return await cluster.Store.PutAsync(new PutRequest(address, value, SecretStage.Current, token ?? Guid.NewGuid().ToString("N")) { ExpectedVersion = expected }, Cancellation);
    }
}
