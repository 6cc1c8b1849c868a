using AwsDouble;
using RotateSecrets.Contracts;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Store;

/// <summary>The contract on Parameter Store.</summary>
public sealed class ParameterContractTests : StoreContract
{
    private DoubleServer? server;

    protected override SecretAddress Address { get; } = SecretAddress.Parse("aws:/test/contract");

    protected override bool TakesBytes => false;

    protected override async Task<ISecretStore> ConnectAsync()
    {
        server = await DoubleServer.StartAsync();
        return Value(await AwsFixture.ConnectAsync(server.Address, more: ("ParameterStore", "True"))).Store;
    }

    protected override ValueTask CleanAsync() => server!.DisposeAsync();
}

/// <summary>The contract on the Parameter Store of whatever service the environment names.</summary>
public sealed class ParameterEndpointContractTests : EndpointContractTests
{
    protected override bool IsParameterStore => true;

    protected override bool TakesBytes => false;
}

public sealed class ParameterStoreTests
{
    private static readonly SecretAddress Address = SecretAddress.Parse("aws:/prod/db");

    [Fact]
    public async Task Where_readers_get_the_youngest_version_a_candidate_cant_wait()
    {
        await using var server = await DoubleServer.StartAsync();
        server.Parameters.Call("PutParameter", new() { ["Name"] = "/prod/db", ["Value"] = "one", ["Type"] = "SecureString" });
        await using var store = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, more: ("ParameterStore", "True"))).Store;
        using var value = SecretValue.FromText("two");

        var refused = (await store.PutAsync(new PutRequest(Address, value, SecretStage.Pending, "token"), AwsFixture.Cancellation)).Failure;
        Assert.Equal(FailureCode.NotSupported, refused?.Code);
        AwsFixture.Value(await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "token") { ExpectedVersion = "1" }, AwsFixture.Cancellation));

        Assert.Equal("two", (string?)server.Parameters.Call("GetParameter", new() { ["Name"] = "/prod/db" })["Parameter"]!["Value"]);
    }

    [Fact]
    public async Task What_is_made_is_tagged_and_a_later_version_is_not()
    {
        await using var server = await DoubleServer.StartAsync();
        await using var store = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, more: [("ParameterStore", "True"), ("Tag", "team=payments")])).Store;
        using var value = SecretValue.FromText("one");
        AwsFixture.Value(await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "one"), AwsFixture.Cancellation));
        AwsFixture.Value(await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "two"), AwsFixture.Cancellation));

        Assert.Equal([true, false], server.Exchanges.Where(static one => one.Operation == "PutParameter").Select(static one => one.Request.Contains("payments", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_reads_a_parameter_is_not_asked_of_files_that_can_t_tell()
    {
        Assert.Equal(FailureCode.NotSupported, (await AwsFixture.ConnectAsync(string.Empty, more: [("ParameterStore", "True"), ("CloudTrailPath", Path.GetTempPath())])).Failure?.Code);
    }

    [Fact]
    public async Task A_parameter_keeps_its_key_and_its_tier()
    {
        await using var server = await DoubleServer.StartAsync();
        server.Parameters.Call("PutParameter", new() { ["Name"] = "/prod/db", ["Value"] = "one", ["Type"] = "SecureString", ["KeyId"] = "alias/own", ["Tier"] = "Advanced" });
        await using var store = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, more: ("ParameterStore", "True"))).Store;
        using var value = SecretValue.FromText(new string('x', 8192));
        AwsFixture.Value(await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "token"), AwsFixture.Cancellation));
        Assert.Equal(("alias/own", "Advanced"), server.Parameters.KindOf("/prod/db"));

        // And when an old value is brought back.
        AwsFixture.Value(await store.PromoteAsync(Address, "1", "2", AwsFixture.Cancellation));
        Assert.Equal(("alias/own", "Advanced"), server.Parameters.KindOf("/prod/db"));
    }

    [Theory]
    [InlineData("Standard", 4097, "a standard parameter takes 4096")]
    [InlineData("Advanced", 8193, "an advanced parameter takes 8192")]
    public async Task A_value_that_is_longer_than_the_tier_takes_is_not_sent(string tier, int length, string says)
    {
        await using var server = await DoubleServer.StartAsync();
        server.Parameters.Call("PutParameter", new() { ["Name"] = "/prod/db", ["Value"] = "one", ["Tier"] = tier });
        await using var store = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, more: ("ParameterStore", "True"))).Store;
        using var value = SecretValue.FromText(new string('x', length));

        var failure = (await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "token"), AwsFixture.Cancellation)).Failure;

        Assert.Contains(says, failure?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PutParameter", server.Operations);
    }

    [Fact]
    public async Task A_field_of_a_parameter_is_refused_whatever_is_asked()
    {
        await using var server = await DoubleServer.StartAsync();
        server.Parameters.Call("PutParameter", new() { ["Name"] = "/prod/db", ["Value"] = """{"password":"one"}""" });
        await using var store = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, more: ("ParameterStore", "True"))).Store;
        var field = SecretAddress.Parse("aws:/prod/db#password");
        using var value = SecretValue.FromText("two");
        var versions = new List<Outcome<SecretVersion>>();
        await foreach (var version in store.ListVersionsAsync(field, AwsFixture.Cancellation))
        {
            versions.Add(version);
        }

        Failure?[] failures =
        [
            Assert.Single(versions).Failure,
            (await store.ReadAsync(field, VersionSelector.Current, AwsFixture.Cancellation)).Failure,
            (await store.CheckAccessAsync(field, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure,
            (await store.PutAsync(new PutRequest(field, value, SecretStage.Current, "token"), AwsFixture.Cancellation)).Failure,
            (await store.PromoteAsync(field, "1", null, AwsFixture.Cancellation)).Failure,
            (await store.RevokeAsync(field, "1", AwsFixture.Cancellation)).Failure,
            (await store.RemoveAsync(field, AwsFixture.Cancellation)).Failure,
        ];

        Assert.All(failures, static failure => Assert.Equal(FailureCode.NotSupported, failure?.Code));
        Assert.Empty(server.Exchanges);
    }

    [Fact]
    public async Task A_history_that_is_full_and_kept_by_a_label_is_said_before_anything_is_written()
    {
        await using var server = await DoubleServer.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            server.Parameters.Call("PutParameter", new() { ["Name"] = "/prod/db", ["Value"] = $"{i}", ["Overwrite"] = true });
        }

        server.Parameters.Call("LabelParameterVersion", new() { ["Name"] = "/prod/db", ["ParameterVersion"] = 1L, ["Labels"] = new System.Text.Json.Nodes.JsonArray("kept") });
        await using var store = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, more: ("ParameterStore", "True"))).Store;
        using var value = SecretValue.FromText("two");

        Assert.Equal(FailureCode.LimitReached, (await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "token"), AwsFixture.Cancellation)).Failure?.Code);
        Assert.DoesNotContain("PutParameter", server.Operations);
    }
}
