using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Store;

/// <summary>Each wrong demand is one clear failure that names place, cause and mend.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("vault:secrets/proxy/jwt", FailureCode.AccessDenied, "vault:secret/...")]
    [InlineData("vault:jwt", FailureCode.AddressMalformed, "vault:secret/jwt")]
    [InlineData("vault:secret/data/proxy/jwt#value", FailureCode.AddressMalformed, "Write vault:secret/proxy/jwt#value.")]
    [InlineData("vault:secret/metadata/proxy/jwt", FailureCode.AddressMalformed, "Write vault:secret/proxy/jwt.")]
    [InlineData("vault:secret/../sys/seal", FailureCode.AddressMalformed, "'..'")]
    [InlineData("vault:secret//jwt", FailureCode.AddressMalformed, "empty")]
    [InlineData("vault:secret/jwt/", FailureCode.AddressMalformed, "empty")]
    [InlineData("vault:database/creds/app", FailureCode.NotSupported, "'database'")]
    [InlineData("vault:secret/nothing/here", FailureCode.SecretNotFound, "vault:secret/nothing/here")]
    public async Task An_address_that_leads_nowhere_says_where_it_should_lead(string address, FailureCode code, string words)
    {
        await using var store = await Doors.ConnectAsync(server);
        var failure = (await store.ReadAsync(SecretAddress.Parse(address), VersionSelector.Current, Cancellation)).Failure;
        Assert.Equal(code, failure?.Code);
        Assert.Contains(words, failure!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_answered_with_those_that_are()
    {
        await using var store = await Doors.ConnectAsync(server);
        await PutAsync(store, "vault:secret/two#one", "1");
        var failure = (await store.ReadAsync(SecretAddress.Parse("vault:secret/two#three"), VersionSelector.Current, Cancellation)).Failure;
        Assert.Equal(FailureCode.SecretNotFound, failure?.Code);
        Assert.Contains("vault:secret/two#one", failure!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_1_of_the_engine_is_overwritten_keeps_its_other_keys_and_says_that_nothing_waits_there()
    {
        await using var store = await Doors.ConnectAsync(server);
        await PutAsync(store, "vault:kv1/app#neighbour", "n");
        var first = await PutAsync(store, "vault:kv1/app#value", "one");
        var second = await PutAsync(store, "vault:kv1/app#value", "two", first.Id);

        Assert.Equal(FailureCode.VersionConflict, (await TryPutAsync(store, "vault:kv1/app#value", "three", first.Id)).Failure?.Code);
        Assert.Equal(second.Id, (await PutAsync(store, "vault:kv1/app#value", "two", first.Id)).Id);
        using var neighbour = (await store.ReadAsync(SecretAddress.Parse("vault:kv1/app#neighbour"), VersionSelector.Current, Cancellation)).Map(static version => version.Value!).Succeeded(out var value, out _) ? value : null;
        Assert.Equal("n", neighbour?.Reveal());
        var pending = (await TryPutAsync(store, "vault:kv1/app#value", "four", null, SecretStage.Pending)).Failure;
        Assert.Equal(FailureCode.NotSupported, pending?.Code);
        Assert.Contains("version 1", pending!.Message, StringComparison.Ordinal);
        Assert.Equal(StoreCapabilities.Readable, store.CapabilitiesAt(SecretAddress.Parse("vault:kv1/app#value")));
    }

    [Fact]
    public async Task A_name_that_no_address_can_have_is_told_and_not_taken_for_another_secret()
    {
        server.Store("secret/a", "value", "one");
        server.Store("secret/a#b", "value", "two");
        await using var store = await Doors.ConnectAsync(server);

        var listed = new List<Outcome<SecretVersion>>();
        await foreach (var one in store.ListAsync("secret/", Cancellation))
        {
            listed.Add(one);
        }

        Assert.Equal(["vault:secret/a"], listed.Where(static one => one.Failure is null).Select(static one => RotationHouse.Value(one).Address.ToString()));
        Assert.Contains("secret/a#b", Assert.Single(listed, static one => one.Failure is not null).Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("metadata")]
    public async Task Version_1_of_the_engine_that_is_taken_for_2_says_which_it_is(string endpoint)
    {
        await using var store = await Doors.ConnectAsync(server);
        await PutAsync(store, "vault:kv1/app#value", "one");
        var address = SecretAddress.Parse($"vault:kv1/{endpoint}/app#value");

        var failure = (await store.ReadAsync(address, VersionSelector.Current, Cancellation)).Failure;

        Assert.Contains("kv1/ is version 1 of the key-value engine", failure?.Message, StringComparison.Ordinal);
        Assert.Contains("vault:kv1/app#value", failure!.Remedy, StringComparison.Ordinal);
        Assert.Contains((await store.CheckAccessAsync(address, StoreAccess.Rotate, Cancellation)).Map(static report => report.Findings).Succeeded(out var findings, out _) ? findings : [], static finding => finding.Contains("vault:kv1/app may be meant", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "0s", "max_versions")]
    [InlineData(10, "1h", "delete_version_after")]
    public async Task A_secret_whose_old_value_would_be_gone_too_soon_is_not_rotated(int versions, string lifetime, string words)
    {
        await using var store = await Doors.ConnectAsync(server);
        await PutAsync(store, "vault:secret/short#value", "one");
        await PostAsync("secret/metadata/short", $$"""{"max_versions":{{versions}},"delete_version_after":"{{lifetime}}"}""");

        var report = await store.CheckAccessAsync(SecretAddress.Parse("vault:secret/short#value"), StoreAccess.Rotate, Cancellation);

        Assert.True(report.Succeeded(out var found, out var failure), failure?.ToString());
        Assert.False(found!.Granted);
        Assert.Contains(found.Findings, finding => finding.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_who_writes_in_between_is_noticed_by_the_server()
    {
        await using var store = await Doors.ConnectAsync(server);
        var first = await PutAsync(store, "vault:secret/race#value", "one");
        await PostAsync("secret/data/race", """{"data":{"value":"theirs"}}""");

        Assert.Equal(FailureCode.VersionConflict, (await TryPutAsync(store, "vault:secret/race#value", "mine", first.Id)).Failure?.Code);
        Assert.Equal(FailureCode.VersionConflict, (await TryPutAsync(store, "vault:secret/race#value", "mine", first.Id)).Failure?.Code);
    }

    [Fact]
    public async Task A_version_that_was_deleted_comes_back_when_it_is_made_current()
    {
        await using var store = await Doors.ConnectAsync(server);
        var address = SecretAddress.Parse("vault:secret/deleted#value");
        var first = await PutAsync(store, address.ToString(), "one");
        await PutAsync(store, address.ToString(), "two");
        await PostAsync("secret/delete/deleted", """{"versions":[1]}""");
        await using var fresh = await Doors.ConnectAsync(server);

        Assert.Null((await fresh.PromoteAsync(address, first.Id, null, Cancellation)).Failure);

        using var value = (await fresh.ReadAsync(address, VersionSelector.Current, Cancellation)).Succeeded(out var version, out _) ? version.Value : null;
        Assert.Equal("one", value?.Reveal());
    }

    [Fact]
    public async Task A_server_without_custom_metadata_keeps_versions_but_stages_nothing()
    {
        server.Version = "1.8.0";
        await using var store = await Doors.ConnectAsync(server);
        Assert.False(store.Description.Capabilities.HasFlag(StoreCapabilities.Staged));
        await PutAsync(store, "vault:secret/old#value", "one");
        Assert.Equal(FailureCode.NotSupported, (await TryPutAsync(store, "vault:secret/old#value", "two", null, SecretStage.Pending)).Failure?.Code);

        await using var house = await RotationHouse.BuildAsync(await Doors.ConnectAsync(server), SecretAddress.Parse("vault:secret/old#value"), 0);
        var rotation = await house.RunAsync();
        Assert.True(rotation.State == Rotation.Records.RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        Assert.Equal([SecretStage.Current, SecretStage.Revoked], (await house.VersionsAsync()).Select(static version => version.Stage));
        var stopped = await house.RunAsync(new Rotation.Running.RotationOptions { ApproveRevocation = static _ => Task.FromResult(false) });
        var undone = await house.UndoAsync(stopped.Id);
        Assert.True(undone.State == Rotation.Records.RotationState.Undone, $"{undone.State}: {undone.Message}");
        Assert.Equal(SecretStage.Revoked, (await house.VersionsAsync()).Single(static version => version.Id == "3").Stage);
    }

    private static async Task<Outcome<SecretVersion>> TryPutAsync(ISecretStore store, string address, string text, string? expected = null, SecretStage stage = SecretStage.Current)
    {
        using var value = SecretValue.FromText(text);
        return await store.PutAsync(new PutRequest(SecretAddress.Parse(address), value, stage, Guid.NewGuid().ToString("N")) { ExpectedVersion = expected }, Cancellation);
    }

    private static async Task<SecretVersion> PutAsync(ISecretStore store, string address, string text, string? expected = null)
    {
        Assert.True((await TryPutAsync(store, address, text, expected)).Succeeded(out var version, out var failure), failure?.ToString());
        return version!;
    }

    private async Task PostAsync(string path, string json)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server.RootToken);
        using var content = new StringContent(json);
        using var response = await client.PostAsync(new Uri(server.Address, "v1/" + path), content, Cancellation);
        response.EnsureSuccessStatusCode();
    }
}
