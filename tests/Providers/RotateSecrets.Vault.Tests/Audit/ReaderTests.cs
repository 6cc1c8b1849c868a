using RotateSecrets.Consumers;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Providers;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Login;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Audit;

/// <summary>The proof that nobody reads the old version, with somebody who does.</summary>
public abstract class ReaderTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    protected abstract string Mount { get; }

    protected string Log => Path.Combine(folder, "audit.log");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public abstract ValueTask InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await CleanAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task While_somebody_reads_the_old_version_it_is_not_revoked_and_once_they_read_the_new_one_it_is()
    {
        await using var house = await HouseAsync();
        var first = await house.PutAsync("the old value, long enough");
        var options = new RotationOptions
        {
            ApproveRevocation = async version =>
            {
                Assert.Equal(200, await ReadAsync(house.Plan.Address, version.Id));
                return true;
            },
        };

        var owing = await house.RunAsync(options);

        Assert.True(owing.State == RotationState.CompletedWithDebt, $"{owing.State}: {owing.Message}");
        Assert.Contains(owing.Steps, step => step.Message.Contains("asked for by 1 clients", StringComparison.Ordinal));
        Assert.Equal(SecretStage.Previous, (await house.VersionsAsync()).Single(version => version.Id == first.Id).Stage);

        Assert.Equal(200, await ReadAsync(house.Plan.Address, null));
        var paid = await house.PayAsync(owing.Id);
        Assert.True(paid.State == RotationState.Completed, $"{paid.State}: {paid.Message}");
        Assert.Equal(SecretStage.Revoked, (await house.VersionsAsync()).Single(version => version.Id == first.Id).Stage);
    }

    [Fact]
    public async Task A_refused_read_of_a_version_that_was_destroyed_is_told_with_its_number()
    {
        await using var house = await HouseAsync();
        var first = await house.PutAsync("the old value, long enough");
        Assert.Equal(RotationState.Completed, (await house.RunAsync()).State);

        Assert.Equal(404, await ReadAsync(house.Plan.Address, first.Id));

        var events = new List<StoreAuditEvent>();
        await foreach (var happened in house.Store.ReadAuditAsync(new AuditQuery(house.Plan.Address, first.Id), Cancellation))
        {
            events.Add(RotationHouse.Value(happened));
        }

        Assert.Equal("read refused", events[^1].Operation);
        Assert.False(events[^1].IsOwn);
    }

    [Fact]
    public async Task Who_reads_it_from_the_server_is_found_as_a_consumer_and_waited_for()
    {
        await using var house = await HouseAsync(("ObservedWithin", "1.00:00:00"));
        var first = await house.PutAsync("the old value, long enough");
        Assert.Equal(200, await ReadAsync(house.Plan.Address, null));

        var (sources, controls) = await ObserveAsync();
        var consumer = Assert.Single(await FindAsync(sources, house.Plan.Address));
        Assert.Equal("VaultClient", consumer.Kind);
        var control = controls.Single(one => one.Controls(consumer));
        Assert.True(RotationHouse.Value(await control.ProveAsync(consumer, first, Cancellation)).IsProven);

        var second = await house.PutAsync("another value, long enough");
        Assert.False(RotationHouse.Value(await control.ProveAsync(consumer, second, Cancellation)).IsProven);
        Assert.Equal(200, await ReadAsync(house.Plan.Address, null));
        Assert.True(RotationHouse.Value(await control.ProveAsync(consumer, second, Cancellation)).IsProven);
    }

    protected abstract Task<Connection> ConnectAsync(params (string Name, string Value)[] settings);

    /// <summary>Reads a secret as somebody else than the operator.</summary>
    /// <returns>The status.</returns>
    protected abstract Task<int> ReadAsync(SecretAddress address, string? version);

    protected abstract ValueTask CleanAsync();

    private async Task<(IReadOnlyList<IConsumerSource>, IReadOnlyList<IConsumerControl>)> ObserveAsync()
    {
        var connection = await ConnectAsync(("AuditFile", Log), ("ObservedWithin", "1.00:00:00"));
        return (connection.Sources, connection.Controls);
    }

    private static async Task<List<Consumer>> FindAsync(IReadOnlyList<IConsumerSource> sources, SecretAddress address)
    {
        var found = new List<Consumer>();
        foreach (var source in sources)
        {
            await foreach (var consumer in source.FindAsync(address, Cancellation))
            {
                found.Add(RotationHouse.Value(consumer));
            }
        }

        return found;
    }

    private async Task<RotationHouse> HouseAsync(params (string Name, string Value)[] settings) => await RotationHouse.BuildAsync(
        (await ConnectAsync([("AuditFile", Log), .. settings])).Store, SecretAddress.Parse($"vault:{Mount}readers/{Guid.NewGuid():N}#value"), 0);
}

/// <summary>Readers of a server that only answers as Vault does.</summary>
public sealed class DoubleReaderTests : ReaderTests
{
    private VaultDouble server = null!;

    protected override string Mount => "secret/";

    public override async ValueTask InitializeAsync()
    {
        server = await VaultDouble.StartAsync(auditFile: Log);
        server.WritePolicy("reader", """path "secret/*" { capabilities = ["read"] }""");
    }

    protected override async Task<Connection> ConnectAsync(params (string Name, string Value)[] settings) =>
        RotationHouse.Value(await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, settings: settings));

    protected override async Task<int> ReadAsync(SecretAddress address, string? version)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server.Token(TimeSpan.FromHours(1), false, "reader").Id);
        using var response = await client.GetAsync(new Uri(server.Address, $"v1/secret/data/{address.Path["secret/".Length..]}{(version is null ? string.Empty : $"?version={version}")}"), Cancellation);
        return (int)response.StatusCode;
    }

    protected override ValueTask CleanAsync() => server.DisposeAsync();
}

/// <summary>Readers of the server that VAULT_ADDR names, where its audit file lies on this machine.</summary>
public sealed class RealReaderTests : ReaderTests
{
    private readonly string device = $"rotatesecrets-test-{Guid.NewGuid():N}";
    private string token = string.Empty;

    protected override string Mount => RealServer.Versioned;

    public override async ValueTask InitializeAsync()
    {
        await RealServer.NeedAsync();
        var enabled = await RealServer.PostAsync($"sys/audit/{device}", $$$"""{"type":"file","options":{"file_path":"{{{Log}}}"}}""");
        Assert.SkipUnless(enabled.Status == 204 && File.Exists(Log), $"The server writes no audit file that can be read here: status {enabled.Status}.");
        await RealServer.PostAsync($"sys/policies/acl/{device}", $$$"""{"policy":"path \"{{{RealServer.Versioned}}}*\" { capabilities = [\"read\"] }"}""");
        var made = await RealServer.PostAsync("auth/token/create", $$"""{"policies":["{{device}}"],"display_name":"reader"}""");
        token = System.Text.Json.Nodes.JsonNode.Parse(made.Body)!["auth"]!["client_token"]!.ToString();
    }

    protected override async Task<Connection> ConnectAsync(params (string Name, string Value)[] settings) =>
        RotationHouse.Value(await Doors.TryConnectAsync(RealServer.Address, RealServer.Token, environment: VaultEnvironment.Own, settings: settings));

    protected override async Task<int> ReadAsync(SecretAddress address, string? version) => (await RealServer.SendAsync(
        HttpMethod.Get, $"{RealServer.Versioned}data/{address.Path[RealServer.Versioned.Length..]}{(version is null ? string.Empty : $"?version={version}")}", null, token)).Status;

    protected override async ValueTask CleanAsync()
    {
        if (token.Length > 0)
        {
            await RealServer.SendAsync(HttpMethod.Delete, $"sys/audit/{device}", null);
            await RealServer.SendAsync(HttpMethod.Delete, $"sys/policies/acl/{device}", null);
        }
    }
}
