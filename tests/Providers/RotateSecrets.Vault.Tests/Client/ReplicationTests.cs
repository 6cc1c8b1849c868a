using RotateSecrets.Contracts;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Client;

/// <summary>Nodes that are behind the active one, and nodes that serve nobody.</summary>
public sealed class ReplicationTests : IAsyncLifetime
{
    private static readonly SecretAddress Address = SecretAddress.Parse("vault:secret/app#value");

    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await VaultDouble.StartAsync();
        server.Seal = SealState.PerformanceStandby;
        server.Replication.IsTold = true;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_performance_standby_that_is_behind_hands_on_what_it_cannot_know_yet()
    {
        server.Replication.Lag = 1000;
        await using var store = await Doors.ConnectAsync(server);
        await PutAsync(store, "one");
        await using var other = await Doors.ConnectAsync(server);

        Assert.Equal("one", await ReadAsync(store));

        // Who has written nothing has nothing to ask for, and sees what was before.
        Assert.Equal(FailureCode.SecretNotFound, (await other.ReadAsync(Address, VersionSelector.Current, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task A_secondary_cluster_that_is_behind_is_asked_again_until_it_knows()
    {
        server.Replication.Forwards = false;
        server.Replication.Lag = 2;
        await using var store = await Doors.ConnectAsync(server, time: new HastyTime());
        await PutAsync(store, "one");
        server.ForgetRequests();

        Assert.Equal("one", await ReadAsync(store));
        Assert.Equal(3, server.Requests.Count(static request => request.StartsWith("GET secret/data/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_node_that_never_catches_up_is_said_to_be_behind_and_nothing_is_taken_for_absent()
    {
        server.Replication.Forwards = false;
        server.Replication.Lag = 1000;
        await using var store = await Doors.ConnectAsync(server, time: new HastyTime());
        await PutAsync(store, "one");

        var failure = (await store.ReadAsync(Address, VersionSelector.Current, Cancellation)).Failure;

        Assert.Equal(FailureCode.StoreUnavailable, failure?.Code);
        Assert.Contains("latest writes", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(Effect.None, failure.Effect);
    }

    [Fact]
    public async Task A_rotation_through_a_node_that_is_always_behind_completes()
    {
        await using var house = await RotationHouse.BuildAsync(await Doors.ConnectAsync(server), Address, 0);
        await house.PutAsync("the old value, long enough");
        server.Replication.Lag = 1000;

        var rotation = await house.RunAsync();

        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        Assert.Equal([SecretStage.Current, SecretStage.Revoked], (await house.VersionsAsync()).Select(static version => version.Stage));
    }

    [Theory]
    [InlineData("POST secret/data/")]
    [InlineData("POST secret/metadata/")]
    [InlineData("POST secret/destroy/")]
    public async Task A_primary_that_becomes_a_secondary_in_mid_rotation_leaves_it_to_be_resumed(string at)
    {
        server.Seal = SealState.Active;
        await using var house = await RotationHouse.BuildAsync(await Doors.ConnectAsync(server), Address, 0);
        await house.PutAsync("the old value, long enough");
        server.Before = question =>
        {
            server.Seal = $"{question.Method} {question.Path}".StartsWith(at, StringComparison.Ordinal) ? SealState.Secondary : server.Seal;
            return null;
        };

        var stuck = await house.RunAsync(new RotationOptions { Attempts = 1 });

        server.Before = null;
        Assert.True(stuck.State == RotationState.Failed || stuck.Debts.Count == 1, $"{stuck.State}: {stuck.Message}");
        Assert.Contains("disaster recovery", stuck.Message + string.Join(' ', stuck.Steps.Select(static step => step.Message)), StringComparison.Ordinal);
        server.Seal = SealState.Active;
        var ended = stuck.Debts.Count == 1 ? await house.PayAsync(stuck.Id) : await house.ResumeAsync(stuck.Id);
        Assert.True(ended.State == RotationState.Completed, $"{ended.State}: {ended.Message}");
        Assert.Equal([SecretStage.Current, SecretStage.Revoked], (await house.VersionsAsync()).Select(static version => version.Stage));
    }

    private static async Task PutAsync(ISecretStore store, string text)
    {
        using var value = SecretValue.FromText(text);
        RotationHouse.Value(await store.PutAsync(new PutRequest(Address, value, SecretStage.Current, "one"), Cancellation));
    }

    private static async Task<string> ReadAsync(ISecretStore store)
    {
        using var value = RotationHouse.Value(await store.ReadAsync(Address, VersionSelector.Current, Cancellation)).Value!;
        return value.Reveal();
    }
}
