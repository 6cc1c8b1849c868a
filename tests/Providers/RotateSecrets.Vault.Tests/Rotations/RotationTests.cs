using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Rotations;

/// <summary>Whole rotations, on whichever server the class that derives from it connects.</summary>
public abstract class RotationTests
{
    private const int Consumers = 10;

    protected abstract string Mount { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_consumers_get_a_new_value_and_the_old_one_is_destroyed()
    {
        await using var house = await HouseAsync(Consumers);
        var first = await house.PutAsync("the old value, long enough");
        await house.StartAsync();
        var before = await house.HeldAsync();

        var rotation = await house.RunAsync();

        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        var versions = await house.VersionsAsync();
        Assert.Equal(SecretStage.Current, versions[0].Stage);
        Assert.Equal(house.Store.Description.Capabilities.HasFlag(StoreCapabilities.Idempotent) ? rotation.Id : null, versions[0].Token);
        Assert.Equal(SecretStage.Revoked, versions.Single(version => version.Id == first.Id).Stage);
        var after = await house.HeldAsync();
        Assert.Single(after.Distinct());
        Assert.NotEqual(before[0], after[0]);
    }

    [Fact]
    public async Task Undone_before_the_revocation_everybody_has_the_old_value_again_and_readers_of_the_latest_version_too()
    {
        await using var house = await HouseAsync(2);
        await house.PutAsync("the old value, long enough");
        await house.StartAsync();
        var before = await house.HeldAsync();
        var stopped = await house.RunAsync(new RotationOptions { ApproveRevocation = static _ => Task.FromResult(false) });
        Assert.True(stopped.State == RotationState.Stopped, $"{stopped.State}: {stopped.Message}");

        var undone = await house.UndoAsync(stopped.Id);

        Assert.True(undone.State == RotationState.Undone, $"{undone.State}: {undone.Message}");
        Assert.Equal(before, await house.HeldAsync());
        Assert.Equal("the old value, long enough", await house.ReadAsync(VersionSelector.Current));
        Assert.Equal("the old value, long enough", await LatestAsync(house.Plan.Address));
        Assert.DoesNotContain(await house.VersionsAsync(), static version => version.Stage == SecretStage.Pending);
        Assert.Equal(SecretStage.Revoked, (await house.VersionsAsync()).Single(static version => version.Id == "2").Stage);
    }

    [Fact]
    public async Task After_an_undo_the_next_rotation_destroys_every_copy_of_the_old_value()
    {
        await using var house = await HouseAsync(0);
        var first = await house.PutAsync("the old value, long enough");
        var stopped = await house.RunAsync(new RotationOptions { ApproveRevocation = static _ => Task.FromResult(false) });
        Assert.Equal(RotationState.Undone, (await house.UndoAsync(stopped.Id)).State);

        var rotation = await house.RunAsync();

        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        Assert.Equal(FailureCode.VersionNotFound, (await house.Store.ReadAsync(house.Plan.Address, VersionSelector.OfId(first.Id), Cancellation)).Failure?.Code);
        Assert.Single(await house.VersionsAsync(), static version => version.Stage is SecretStage.Current or SecretStage.Previous);
    }

    [Fact]
    public async Task During_the_grace_nobody_is_given_the_old_value_and_going_back_brings_it_back()
    {
        await using var house = await HouseAsync(0);
        var first = await house.PutAsync("the old value, long enough");
        Assert.SkipUnless(house.Store.Description.Capabilities.HasFlag(StoreCapabilities.Staged), "This server keeps no notes.");
        house.Plan = house.Plan with { Grace = TimeSpan.FromMilliseconds(1) };
        var status = 0;
        var stopped = await house.RunAsync(new RotationOptions
        {
            ApproveRevocation = async old =>
            {
                status = await StatusAsync(old.Address, old.Id);
                return false;
            },
        });
        Assert.True(stopped.State == RotationState.Stopped, $"{stopped.State}: {stopped.Message}");
        Assert.Equal(404, status);

        var undone = await house.UndoAsync(stopped.Id);

        Assert.True(undone.State == RotationState.Undone, $"{undone.State}: {undone.Message}");
        Assert.Equal("the old value, long enough", await house.ReadAsync(VersionSelector.Current));
        Assert.Equal(200, await StatusAsync(house.Plan.Address, first.Id));
        Assert.Equal(RotationState.Completed, (await house.RunAsync()).State);
        Assert.Equal(404, await StatusAsync(house.Plan.Address, first.Id));
    }

    [Fact]
    public async Task Only_the_named_key_changes()
    {
        await using var house = await HouseAsync(0);
        var neighbour = SecretAddress.Parse($"vault:{house.Plan.Address.Path}#neighbour");
        using var kept = SecretValue.FromText("a neighbour's value");
        RotationHouse.Value(await house.Store.PutAsync(new PutRequest(neighbour, kept, SecretStage.Current, "n"), Cancellation));
        await house.PutAsync("the old value, long enough");

        Assert.Equal(RotationState.Completed, (await house.RunAsync()).State);

        using var now = RotationHouse.Value(await house.Store.ReadAsync(neighbour, VersionSelector.Current, Cancellation)).Value!;
        Assert.Equal(kept, now);
    }

    [Fact]
    public async Task Of_two_operators_with_journals_of_their_own_one_rotates_and_the_other_changes_nothing()
    {
        await using var one = await HouseAsync(0);
        await using var other = await HouseAsync(0);
        other.Plan = one.Plan;
        await one.PutAsync("the old value, long enough");

        var both = await Task.WhenAll(one.RunAsync(), other.RunAsync());

        await one.Store.DisposeAsync();
        one.Store = await ConnectAsync();
        var versions = await one.VersionsAsync();
        Assert.Single(versions, static version => version.Stage == SecretStage.Current);
        Assert.DoesNotContain(versions, static version => version.Stage == SecretStage.Pending);
        foreach (var rotation in both)
        {
            Assert.True(
                rotation.State is RotationState.Completed or RotationState.Undone or RotationState.Failed, $"{rotation.State}: {rotation.Message}");
        }

        Assert.Contains(both, static rotation => rotation.State == RotationState.Completed);
    }

    protected abstract Task<ISecretStore> ConnectAsync();

    /// <summary>What the server gives who names no version, asked without the provider.</summary>
    protected abstract Task<string> LatestAsync(SecretAddress address);

    /// <summary>The status with which the server answers who asks for a version.</summary>
    protected abstract Task<int> StatusAsync(SecretAddress address, string version);

    private protected async Task<RotationHouse> HouseAsync(int consumers) =>
        await RotationHouse.BuildAsync(await ConnectAsync(), SecretAddress.Parse($"vault:{Mount}rotation/{Guid.NewGuid():N}#value"), consumers);

    protected static string ValueIn(string body) =>
        System.Text.Json.Nodes.JsonNode.Parse(body)!["data"]!["data"]!["value"]!.ToString();
}

/// <summary>Rotations with a server that only answers as Vault does.</summary>
public sealed class DoubleRotationTests : RotationTests, IAsyncLifetime
{
    private VaultDouble server = null!;

    protected override string Mount => "secret/";

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    protected override async Task<ISecretStore> ConnectAsync() => await Doors.ConnectAsync(server);

    protected override async Task<int> StatusAsync(SecretAddress address, string version)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server.RootToken);
        using var response = await client.GetAsync(new Uri(server.Address, $"v1/secret/data/{address.Path["secret/".Length..]}?version={version}"), Cancellation);
        return (int)response.StatusCode;
    }

    protected override async Task<string> LatestAsync(SecretAddress address)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server.RootToken);
        return ValueIn(await client.GetStringAsync(new Uri(server.Address, $"v1/secret/data/{address.Path["secret/".Length..]}"), Cancellation));
    }
}

/// <summary>Rotations with the server that VAULT_ADDR names.</summary>
public sealed class RealRotationTests : RotationTests
{
    protected override string Mount => RealServer.Versioned;

    protected override async Task<ISecretStore> ConnectAsync() => await RealServer.ConnectAsync();

    protected override async Task<int> StatusAsync(SecretAddress address, string version) =>
        (await RealServer.SendAsync(HttpMethod.Get, $"{RealServer.Versioned}data/{address.Path[RealServer.Versioned.Length..]}?version={version}", null)).Status;

    protected override async Task<string> LatestAsync(SecretAddress address) =>
        ValueIn((await RealServer.SendAsync(HttpMethod.Get, $"{RealServer.Versioned}data/{address.Path[RealServer.Versioned.Length..]}", null)).Body);
}
