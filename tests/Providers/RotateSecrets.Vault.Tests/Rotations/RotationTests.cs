using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Plans;
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
    private const string Wide = """path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }""" + "\n";

    private const string Writing = """path "secret/data/rotation/NAME_NEW" { capabilities = ["create", "read", "update"] }""" + "\n";
    private const string Noting = """path "secret/metadata/rotation/NAME_NEW" { capabilities = ["read", "update"] }""" + "\n";
    private const string Removing = """path "secret/metadata/rotation/NAME_NEW" { capabilities = ["read", "update", "delete"] }""" + "\n";

    private VaultDouble server = null!;

    protected override string Mount => "secret/";

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("root", false, true, 6)]
    [InlineData("root", false, false, 6)]
    [InlineData("exact", false, true, 6)]
    [InlineData("exact", false, false, 6)]
    [InlineData("wide", true, false, 6)]
    [InlineData("wide", false, false, 7)]
    public async Task A_rotation_costs_six_requests_and_one_more_where_rules_with_wildcards_are_asked_for_the_first_time(string rights, bool wasTested, bool hasProbe, int cost)
    {
        await using var house = await HouseAsync(0);
        await house.PutAsync("the old value, long enough");
        var exact = RotationHouse.Value(await ((IPolicyStore)house.Store).WritePolicyAsync([house.Plan.Address], PolicyAudience.Operator, PolicyFormat.Native, Cancellation));
        server.WritePolicy("exact", exact.Body);
        server.WritePolicy("wide", Wide);
        house.Plan = house.Plan with { Probes = hasProbe ? [new ProbeRecipe(ProbeKind.Http, new Uri(server.Address, "v1/sys/health"))] : [] };
        await house.Store.DisposeAsync();

        // Nothing is known but what connecting tells.
        house.Store = await Doors.ConnectAsync(server, rights == "root" ? server.RootToken : server.Token(TimeSpan.FromHours(1), true, rights).Id);
        if (wasTested)
        {
            Assert.True(RotationHouse.Value(await house.Store.CheckAccessAsync(house.Plan.Address, StoreAccess.Rotate, Cancellation)).Granted);
        }

        server.ForgetRequests();

        var rotation = await house.RunAsync();

        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        var requests = server.Requests.Where(static request => request != "GET sys/health").Select(static request => string.Join('/', request.Split('/')[..2])).ToList();
        string[] six = ["GET secret/metadata", "GET secret/data", "POST secret/data", "POST secret/metadata", "POST secret/metadata", "POST secret/destroy"];
        Assert.Equal(cost == 6 ? six : ["POST sys/capabilities-self", .. six], requests);
    }

    [Fact]
    public async Task In_version_1_of_the_engine_a_write_looks_first_is_read_back_and_the_rotation_costs_no_more()
    {
        await using var house = await RotationHouse.BuildAsync(await ConnectAsync(), SecretAddress.Parse("vault:kv1/app#value"), 0);
        await house.PutAsync("the old value, long enough");
        await house.Store.DisposeAsync();
        house.Store = await ConnectAsync();
        server.ForgetRequests();

        var rotation = await house.RunAsync();

        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        Assert.Equal(["GET kv1/app", "GET kv1/app", "POST kv1/app", "GET kv1/app"], server.Requests);
    }

    [Theory]
    [InlineData(StrategyKind.SideBySide, "", "'read' and 'update' and 'delete' at secret/metadata/rotation/NAME_NEW")]
    [InlineData(StrategyKind.SideBySide, Writing + Noting, "'delete' at secret/metadata/rotation/NAME_NEW")]
    [InlineData(StrategyKind.SideBySide, Writing + Removing, null)]
    [InlineData(StrategyKind.Rename, Writing + Removing, "'delete' at secret/metadata/rotation/NAME;")]
    public async Task What_is_not_permitted_at_the_second_name_is_known_before_anything_is_written(StrategyKind strategy, string more, string? lacking)
    {
        await using var house = await HouseAsync(0);
        await house.PutAsync("the old value, long enough");
        var name = house.Plan.Address.Path.Split('/')[^1];
        var exact = RotationHouse.Value(await ((IPolicyStore)house.Store).WritePolicyAsync([house.Plan.Address], PolicyAudience.Operator, PolicyFormat.Native, Cancellation));
        server.WritePolicy("side", exact.Body + more.Replace("NAME", name, StringComparison.Ordinal));
        house.Plan = house.Plan with { Strategy = strategy };
        await house.Store.DisposeAsync();
        house.Store = await Doors.ConnectAsync(server, server.Token(TimeSpan.FromHours(1), true, "side").Id);
        server.ForgetRequests();

        var rotation = await house.RunAsync();

        Assert.Equal(lacking is null ? RotationState.Completed : RotationState.Undone, rotation.State);
        Assert.Equal(lacking is null, server.Requests.Any(static request => request.StartsWith("POST secret/", StringComparison.Ordinal)));
        Assert.True(
            lacking is null || rotation.Steps.Exists(step => step.Message.Contains(lacking.Replace("NAME", name, StringComparison.Ordinal), StringComparison.Ordinal)),
            string.Join('\n', rotation.Steps.Select(static step => step.Message)));
    }

    [Theory]
    [InlineData("secret/held", "secret/data/held")]
    [InlineData("kv1/held", "kv1/held")]
    public async Task What_a_rotation_has_itself_seen_counts_for_half_a_minute_and_for_nobody_else(string path, string asked)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var address = SecretAddress.Parse($"vault:{path}#value");
        await using var store = await Doors.ConnectAsync(server, time: time);
        using var value = SecretValue.FromText("a value");
        RotationHouse.Value(await store.PutAsync(new PutRequest(address, value, SecretStage.Current, "t"), Cancellation));

        async Task<bool> AsksAsync()
        {
            server.ForgetRequests();
            using var read = RotationHouse.Value(await store.ReadAsync(address, VersionSelector.Current, Cancellation)).Value!;
            Assert.Equal(value, read);
            return server.Requests.Contains($"GET {asked}");
        }

        Assert.True(await AsksAsync());
        using (((IScopedStore)store).Enter(address))
        {
            Assert.False(await AsksAsync());
            time.Advance(TimeSpan.FromSeconds(31));
            Assert.True(await AsksAsync());
            Assert.False(await AsksAsync());
        }

        Assert.True(await AsksAsync());
    }

    [Theory]
    [InlineData("""path "secret/destroy/+/{0}" {{ capabilities = ["deny"] }}""")]
    [InlineData("""path "secret/destroy/rotation/{0}" {{ capabilities = ["deny"] }}""")]
    public async Task What_a_more_exact_rule_denies_is_known_before_anything_is_written(string denial)
    {
        await using var house = await HouseAsync(0);
        await house.PutAsync("the old value, long enough");
        var name = house.Plan.Address.Path.Split('/')[^1];
        server.WritePolicy("denied", Wide + string.Format(System.Globalization.CultureInfo.InvariantCulture, denial, name));
        await house.Store.DisposeAsync();
        house.Store = await Doors.ConnectAsync(server, server.Token(TimeSpan.FromHours(1), true, "denied").Id);
        server.ForgetRequests();

        var rotation = await house.RunAsync();

        Assert.Equal(RotationState.Undone, rotation.State);
        Assert.Contains(rotation.Steps, step => step.Message?.Contains($"secret/destroy/rotation/{name}", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(server.Requests, static request => request.StartsWith("POST secret/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_mount_says_is_read_as_it_is_connected_and_never_where_it_would_be_refused()
    {
        server.WritePolicy("narrow", """path "secret/data/*" { capabilities = ["create", "read", "update"] }""");
        await using var root = await Doors.ConnectAsync(server);
        Assert.Contains("GET secret/config", server.Requests);
        server.ForgetRequests();

        await using var narrow = await Doors.ConnectAsync(server, server.Token(TimeSpan.FromHours(1), true, "narrow").Id);

        Assert.DoesNotContain("GET secret/config", server.Requests);
        Assert.Contains("POST sys/capabilities-self", server.Requests);
    }

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
