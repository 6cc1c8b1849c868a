using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Tests.Store;

/// <summary>What a store does that can be written, and not read: on the double, and on a real repository where one is named.</summary>
public abstract class WriteOnlyContract : IAsyncLifetime
{
    private protected ISecretStore Store { get; private set; } = null!;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract SecretAddress Address { get; }

    private protected abstract Task<ISecretStore> ConnectAsync();

    public async ValueTask InitializeAsync() => Store = await ConnectAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (Store is not null)
        {
            await Store.RemoveAsync(Address, CancellationToken.None);
            await Store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_written_is_there_as_one_current_version()
    {
        var written = await PutAsync("one");
        var version = Assert.Single(await Doors.ValuesAsync(Store.ListVersionsAsync(Address, Cancellation)));
        Assert.Equal((written.Id, SecretStage.Current), (version.Id, version.Stage));
    }

    [Fact]
    public async Task A_repeated_write_with_the_same_token_is_the_same_version() =>
        Assert.Equal((await PutAsync("one", token: "token-1")).Id, (await PutAsync("one", token: "token-1")).Id);

    [Fact]
    public async Task A_token_is_not_taken_for_another_value()
    {
        await PutAsync("one", token: "token-1");
        Assert.Equal(FailureCode.TokenReused, (await Doors.TryPutAsync(Store, Address.ToString(), "two", token: "token-1")).Failure?.Code);
    }

    [Fact]
    public async Task Each_write_is_a_version_of_its_own_however_quickly_they_follow()
    {
        var ids = new List<string>();
        foreach (var text in (string[])["one", "two", "three"])
        {
            ids.Add((await PutAsync(text, ids.LastOrDefault() ?? PutRequest.NoVersion)).Id);
        }

        Assert.Equal(3, ids.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_write_that_expects_another_version_changes_nothing()
    {
        var first = await PutAsync("one", PutRequest.NoVersion);
        Assert.Equal(FailureCode.VersionConflict, (await Doors.TryPutAsync(Store, Address.ToString(), "two", PutRequest.NoVersion)).Failure?.Code);
        Assert.Equal(FailureCode.VersionConflict, (await Doors.TryPutAsync(Store, Address.ToString(), "two", "20010101T000000Z")).Failure?.Code);
        Assert.Equal(first.Id, Assert.Single(await Doors.ValuesAsync(Store.ListVersionsAsync(Address, Cancellation))).Id);
    }

    [Fact]
    public async Task Nobody_reads_it_back()
    {
        var written = await PutAsync("one");
        Assert.Equal(FailureCode.NotSupported, (await Store.ReadAsync(Address, VersionSelector.Current, Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.VersionNotFound, (await Store.ReadAsync(Address, VersionSelector.OfId("1"), Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.StageForbidden, (await Store.RevokeAsync(Address, written.Id, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_not_there_and_can_be_removed_again_and_again()
    {
        Assert.Equal(FailureCode.SecretNotFound, (await Store.ReadAsync(Address, VersionSelector.Current, Cancellation)).Failure?.Code);
        await PutAsync("one");
        Doors.Value(await Store.RemoveAsync(Address, Cancellation));
        Doors.Value(await Store.RemoveAsync(Address, Cancellation));
        await foreach (var listed in Store.ListVersionsAsync(Address, Cancellation))
        {
            Assert.Equal(FailureCode.SecretNotFound, listed.Failure?.Code);
        }
    }

    [Fact]
    public async Task A_secret_that_can_be_rotated_is_said_so() =>
        Assert.True(Doors.Value(await Store.CheckAccessAsync(Address, StoreAccess.Rotate, Cancellation)).Granted);

    private protected Task<SecretVersion> PutAsync(string text, string? expected = null, string? token = null) => Doors.PutAsync(Store, Address.ToString(), text, expected, token);
}

public sealed class DoubleContractTests : WriteOnlyContract
{
    private readonly LeapingTime time = new();
    private GitHubDouble? server;

    private protected override SecretAddress Address { get; } = SecretAddress.Parse("github:acme/proxy/JWT");

    private protected override async Task<ISecretStore> ConnectAsync()
    {
        server = await GitHubDouble.StartAsync(time);
        server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Begin", ("README.md", "# Proxy\n")));
        return (await Doors.ConnectAsync(server, time)).Store;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server!.DisposeAsync();
    }
}

public sealed class RealRepositoryTests : WriteOnlyContract
{
    private static readonly string? Token = Environment.GetEnvironmentVariable("ROTATESECRETS_GITHUB_TOKEN");
    private static readonly string? Repository = Environment.GetEnvironmentVariable("ROTATESECRETS_GITHUB_REPOSITORY");

    private protected override SecretAddress Address { get; } = SecretAddress.Parse($"github:{Repository ?? "nobody/nothing"}/ROTATESECRETS_TEST_{Guid.NewGuid():N}"[..60].TrimEnd('_'));

    private protected override async Task<ISecretStore> ConnectAsync()
    {
        Assert.SkipWhen(
            Token is null || Repository is null,
            "Set ROTATESECRETS_GITHUB_TOKEN and ROTATESECRETS_GITHUB_REPOSITORY (owner/name) to a repository for tests, and a token that may write its secrets.");
        var location = Environment.GetEnvironmentVariable("ROTATESECRETS_GITHUB_URL") ?? string.Empty;
        return Doors.Value(await Doors.TryConnectAsync(location, Token)).Store;
    }
}
