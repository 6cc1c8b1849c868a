using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Rotations;

/// <summary>What a rotation asks of the server, and what it knows without asking.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private const string Wide = """path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }""" + "\n";

    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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

    private async Task<ISecretStore> ConnectAsync() => await Doors.ConnectAsync(server);

    private async Task<RotationHouse> HouseAsync(int consumers) => await RotationHouse.BuildAsync(await ConnectAsync(), SecretAddress.Parse($"vault:secret/rotation/{Guid.NewGuid():N}#value"), consumers);
}
