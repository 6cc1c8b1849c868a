using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Client;

public sealed class NamespaceTests : IAsyncLifetime
{
    private VaultDouble server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await VaultDouble.StartAsync();
        server.Version = "1.19.0+ent";
        server.Namespaces.Add("team/payments");
        server.Admit("approle", "r:s", "default");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("1.19.0+ent", true)]
    [InlineData("1.19.0+ent", false)]
    [InlineData("2.3.1", true)]
    [InlineData("2.3.1", false)]
    public async Task A_namespace_that_does_not_exist_is_named(string version, bool isRoot)
    {
        server.Version = version;
        var token = isRoot ? server.RootToken : server.Token(TimeSpan.FromHours(1), true, "default").Id;

        var failure = (await Doors.TryConnectAsync(server.Address.ToString(), token, settings: ("Namespace", "team/payment/"))).Failure;

        Assert.Contains("namespace 'team/payment'", failure?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.19.0", null, false)]
    [InlineData("2.0.0", false, false)]
    [InlineData("2.2.1", null, false)]
    [InlineData("2.3.1-rc1", null, true)]
    [InlineData("2.0.0+ent", true, true)]
    [InlineData("", null, true)]
    public async Task A_server_that_takes_no_notice_of_namespaces_is_not_used_as_if_it_did(string version, bool? isEnterprise, bool isUsed)
    {
        server.Version = version;
        server.IsEnterprise = isEnterprise;

        var failure = (await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, settings: ("Namespace", "team/payments"))).Failure;

        Assert.Equal(isUsed ? null : FailureCode.ValueInvalid, failure?.Code);
        Assert.Null((await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, settings: ("Namespace", "root/"))).Failure);
    }

    [Theory]
    [InlineData("1.19.0+ent")]
    [InlineData("2.3.1")]
    public async Task Whoever_logs_in_there_is_told_so_too(string version)
    {
        server.Version = version;
        var failure = (await Doors.TryConnectAsync(
            server.Address.ToString(), "s", settings: [("Auth", "AppRole"), ("RoleId", "r"), ("Namespace", "nowhere")])).Failure;
        Assert.Contains("namespace 'nowhere'", failure?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_gone_since_is_not_taken_for_an_absent_secret()
    {
        server.Version = "2.3.1";
        await using var store = await Doors.ConnectAsync(server, settings: ("Namespace", "team/payments"));
        server.Namespaces.Clear();

        var failure = (await store.ReadAsync(SecretAddress.Parse("vault:secret/app#value"), VersionSelector.Current, TestContext.Current.CancellationToken)).Failure;

        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Contains("no namespace 'team/payments'", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_locked_says_so_and_not_that_the_server_is_sealed()
    {
        await using var store = await Doors.ConnectAsync(server, settings: ("Namespace", "team/payments"));
        server.Before = static _ => VaultAnswer.Error(503, "API access to this namespace has been locked by an administrator - \"team/payments/\" must be unlocked to gain access.");

        var failure = (await store.ReadAsync(SecretAddress.Parse("vault:secret/app#value"), VersionSelector.Current, TestContext.Current.CancellationToken)).Failure;

        Assert.Equal(FailureCode.StoreUnavailable, failure?.Code);
        Assert.Contains("locked by an administrator", failure!.Message, StringComparison.Ordinal);
    }
}
