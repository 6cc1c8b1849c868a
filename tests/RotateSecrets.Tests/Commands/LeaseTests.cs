using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Stores;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Commands;

/// <summary>An emergency: all credentials of a role are taken back, and whoever had them is started anew and asks for others.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private const string Role = "database/creds/orders";
    private const int Replicas = 2;

    private static readonly string[] Services = ["orders", "billing", "reports"];

    private readonly HostedSession session = new();
    private readonly HttpClient client = new();
    private readonly Dictionary<string, List<int>> ports = Services.ToDictionary(static name => name, static _ => ResponderServices.FreePorts(Replicas), StringComparer.Ordinal);
    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await VaultDouble.StartAsync();
        server.Configure("database/roles/orders", new JsonObject());
        server.WritePolicy("orders", $$"""path "{{Role}}" { capabilities = ["read"] }""");
        await File.WriteAllTextAsync(Path.Combine(session.Folder, "services.json"), JsonSerializer.Serialize(new { services = Services.Select(Declaration) }), Cancellation);
        session.Run(
            "$null = Connect-SecretStore -Vault $args[0] -Token $args[1]; $null = Connect-SecretStore -Local secrets.db -ServicesFile services.json",
            server.Address.ToString(),
            Secure(server.RootToken)).Clean();
        session.Run("$null = $args[0] | Set-StoreSecret local:token", Secure(server.Token(TimeSpan.FromHours(1), true, "orders").Id)).Clean();
        session.Run("$null = Get-Consumers local:token | Start-Consumer").Clean();
    }

    [Fact]
    public async Task All_credentials_are_revoked_and_every_service_comes_back_with_its_own_one_instance_after_another()
    {
        var before = await HeldAsync();
        Assert.Equal(Services.Length * Replicas, before.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(before.Order(StringComparer.Ordinal), session.Run($"Get-SecretLease vault -Prefix {Role}").All<SecretLease>().Select(static lease => lease.Id).Order(StringComparer.Ordinal));

        var revoked = session.Run($"Revoke-SecretLease vault -Prefix {Role} -Confirm:$false").Single<LeaseRevocation>();

        Assert.Equal(Role, revoked.Target);
        Assert.Empty(server.Leases);

        // First the one that the others lean on, then the others side by side.
        var first = session.Run("Get-Consumers local:token -Name orders | Restart-Consumer").All<ConsumerRestart>();
        Assert.Equal(Replicas, server.Leases.Count);
        var others = session.Run("Get-Consumers local:token -Name billing, reports | Restart-Consumer -ThrottleLimit 2").All<ConsumerRestart>();

        Assert.All([.. first, .. others], static restart => Assert.True(restart.Succeeded, restart.Failure?.ToString()));
        var after = await HeldAsync();
        Assert.Empty(after.Intersect(before));
        Assert.Equal(after.Order(StringComparer.Ordinal), server.Leases.Order(StringComparer.Ordinal));
        Assert.True(session.Run("Get-Consumers local:token | Test-RotationHealth").Single<HealthReport>().Passed);
    }

    [Fact]
    public async Task What_the_server_cannot_revoke_is_an_error_that_lists_it_and_the_services_keep_running()
    {
        var before = await HeldAsync();
        server.BreakLeases(Role);

        var error = session.Run($"Revoke-SecretLease vault -Prefix {Role} -Confirm:$false").Error("LeaseRemains");

        Assert.Contains(before[0].Split('/')[0], error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, await HeldAsync());
        Assert.True(session.Run("Get-Consumers local:token | Test-RotationHealth -Quiet").Single<bool>());
    }

    public async ValueTask DisposeAsync()
    {
        session.Run("Get-Consumers | Stop-Consumer");
        session.Dispose();
        client.Dispose();
        await server.DisposeAsync();
    }

    private static System.Security.SecureString Secure(string text)
    {
        var secure = new System.Security.SecureString();
        foreach (var c in text)
        {
            secure.AppendChar(c);
        }

        return secure;
    }

    private object Declaration(string name) => new
    {
        name,
        command = new[] { "dotnet", ResponderServices.Path },
        environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PORT"] = "{port}", ["CREDENTIALS"] = new Uri(server.Address, "v1/" + Role).ToString() },
        replicas = Replicas,
        ports = ports[name],
        health = "http://127.0.0.1:{port}/healthz",
        secrets = new object[] { new { address = "local:token", environment = "SECRET" } },
        startTimeoutSeconds = 60,
    };

    // The leases of all instances, service by service.
    private async Task<IReadOnlyList<string>> HeldAsync() => await Task.WhenAll(
        Services.SelectMany(name => ports[name]).Select(async port => (await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/held"), Cancellation)).Split(' ')[^1]));
}
