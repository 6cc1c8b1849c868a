using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Leases;

public sealed class LeaseTests : IAsyncLifetime
{
    private const string Role = "database/creds/app";

    private VaultDouble server = null!;
    private ISecretStore store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ILeaseStore Leases => (ILeaseStore)store;

    public async ValueTask InitializeAsync()
    {
        server = await VaultDouble.StartAsync();
        store = await Doors.ConnectAsync(server);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_prefix_finds_the_leases_under_it_with_the_time_that_they_have_left()
    {
        server.Issue(Role + "/", 3, TimeSpan.FromHours(1));
        server.Issue("database/creds/application/", 2, TimeSpan.FromHours(1));

        var found = await FindAsync(Role);

        Assert.Equal(3, found.Count);
        Assert.All(found, static lease => Assert.InRange(lease.TimeLeft!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1)));
        Assert.All(found, static lease => Assert.Equal(Role, lease.Role));
        Assert.Equal(5, (await FindAsync(string.Empty)).Count);
    }

    [Fact]
    public async Task A_thousand_leases_are_revoked_and_proven_gone_with_as_many_requests_as_one()
    {
        server.Issue(Role + "/", 1000, TimeSpan.FromHours(1));
        server.Issue("database/creds/application/", 1, TimeSpan.FromHours(1));
        server.ForgetRequests();

        var revoked = await Leases.RevokeLeasesAsync(Role, force: false, Cancellation);

        Assert.True(revoked.Succeeded(out var proof, out var failure), failure?.ToString());
        Assert.True(proof!.IsPrefix);
        Assert.Equal(1, server.LeaseCount);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task One_lease_is_revoked_and_revoking_it_again_does_nothing()
    {
        server.Issue(Role + "/", 2, TimeSpan.FromHours(1));
        var lease = (await FindAsync(Role))[0];

        Assert.Null((await Leases.RevokeLeaseAsync(lease.Id, Cancellation)).Failure);
        Assert.Null((await Leases.RevokeLeaseAsync(lease.Id, Cancellation)).Failure);

        Assert.Equal(1, server.LeaseCount);
    }

    [Fact]
    public async Task What_the_server_cannot_revoke_is_said_to_remain_until_it_is_forced()
    {
        server.Issue(Role + "/", 2, TimeSpan.FromHours(1));
        server.BreakLeases(Role);

        var stuck = (await Leases.RevokeLeasesAsync(Role, force: false, Cancellation)).Failure;
        Assert.Equal(FailureCode.LeaseRemains, stuck?.Code);
        Assert.Contains("2 leases are still there", stuck!.Message, StringComparison.Ordinal);

        var forced = await Leases.RevokeLeasesAsync(Role, force: true, Cancellation);
        Assert.True(forced.Succeeded(out var proof, out var failure), failure?.ToString());
        Assert.True(proof!.WasForced);
        Assert.Equal(0, server.LeaseCount);
    }

    [Theory]
    [InlineData("/", false)]
    [InlineData("//", true)]
    public async Task A_prefix_that_means_every_lease_of_the_server_is_none(string prefix, bool force)
    {
        server.Issue("database/creds/app", 2, TimeSpan.FromHours(1));
        server.ForgetRequests();

        var failure = (await Leases.RevokeLeasesAsync(prefix, force, Cancellation)).Failure;

        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Empty(server.Requests);
        Assert.Equal(2, server.LeaseCount);
    }

    [Fact]
    public async Task A_server_that_does_not_tell_which_leases_it_gave_up_is_said_to_be_old()
    {
        server.Before = static question => question.Path == "sys/leases" ? VaultAnswer.Error(404, "unsupported path") : null;
        await foreach (var lease in Leases.FindIrrevocableLeasesAsync(string.Empty, Cancellation))
        {
            Assert.Equal(FailureCode.NotSupported, lease.Failure?.Code);
        }
    }

    [Fact]
    public async Task Leases_that_the_server_gave_up_are_shown()
    {
        server.Issue(Role + "/", 2, TimeSpan.FromHours(1));
        server.BreakLeases(Role);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server.RootToken);
        using var queued = await client.PostAsync(new Uri(server.Address, $"v1/sys/leases/revoke-prefix/{Role}"), null, Cancellation);
        server.WorkLeases();

        var found = new List<SecretLease>();
        await foreach (var lease in Leases.FindIrrevocableLeasesAsync("database", Cancellation))
        {
            Assert.True(lease.Succeeded(out var one, out var failure), failure?.ToString());
            found.Add(one!);
        }

        Assert.Equal(2, found.Count);
        Assert.All(found, static lease => Assert.True(lease.IsIrrevocable));
    }

    private async Task<List<SecretLease>> FindAsync(string prefix)
    {
        var found = new List<SecretLease>();
        await foreach (var lease in Leases.FindLeasesAsync(prefix, Cancellation))
        {
            Assert.True(lease.Succeeded(out var one, out var failure), failure?.ToString());
            found.Add(one!);
        }

        return found;
    }
}

/// <summary>Leases of a real server: those of the tokens that log in by AppRole, which every server can issue.</summary>
public sealed class RealLeaseTests
{
    [Fact]
    public async Task A_login_by_AppRole_is_a_lease_that_can_be_revoked_by_its_prefix()
    {
        await using var store = await RealServer.ConnectAsync();
        var mount = $"rotatesecrets-test-{Guid.NewGuid():N}";
        Assert.Equal(204, (await RealServer.PostAsync($"sys/auth/{mount}", """{"type":"approle"}""")).Status);
        try
        {
            await RealServer.PostAsync($"auth/{mount}/role/app", """{"token_policies":"default","bind_secret_id":false,"secret_id_bound_cidrs":null,"token_bound_cidrs":["127.0.0.0/8","0.0.0.0/0"]}""");
            var role = (await RealServer.SendAsync(HttpMethod.Get, $"auth/{mount}/role/app/role-id", null)).Body;
            var roleId = System.Text.Json.Nodes.JsonNode.Parse(role)!["data"]!["role_id"]!.ToString();
            for (var i = 0; i < 3; i++)
            {
                var login = await RealServer.PostAsync($"auth/{mount}/login", $$"""{"role_id":"{{roleId}}"}""");
                Assert.True(login.Status == 200, login.Body);
            }

            var leases = (ILeaseStore)store;
            var found = new List<SecretLease>();
            await foreach (var lease in leases.FindLeasesAsync($"auth/{mount}/login", TestContext.Current.CancellationToken))
            {
                Assert.True(lease.Succeeded(out var one, out var failure), failure?.ToString());
                found.Add(one!);
            }

            Assert.Equal(3, found.Count);
            Assert.Null((await leases.RevokeLeaseAsync(found[0].Id, TestContext.Current.CancellationToken)).Failure);
            Assert.Null((await leases.RevokeLeasesAsync($"auth/{mount}/login", force: false, TestContext.Current.CancellationToken)).Failure);
        }
        finally
        {
            await RealServer.SendAsync(HttpMethod.Delete, $"sys/auth/{mount}", null);
        }
    }
}
