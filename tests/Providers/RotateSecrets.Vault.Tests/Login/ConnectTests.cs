using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Login;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Login;

public sealed class ConnectTests : IAsyncLifetime
{
    private static readonly SecretAddress App = SecretAddress.Parse("vault:secret/app#value");

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private VaultDouble server = null!;

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(SealState.Sealed, "sealed")]
    [InlineData(SealState.Uninitialised, "initialised")]
    [InlineData(SealState.Secondary, "disaster recovery")]
    public async Task A_server_that_cannot_answer_says_why(SealState state, string words)
    {
        server.Seal = state;
        var failure = (await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken)).Failure;
        Assert.Equal(FailureCode.StoreUnavailable, failure?.Code);
        Assert.Contains(words, failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standby_that_forwards_is_as_good_as_the_active_node()
    {
        server.Seal = SealState.Standby;
        await using var store = await Doors.ConnectAsync(server);
        Assert.Equal("Vault", store.Description.Kind);
    }

    [Fact]
    public async Task A_token_that_may_not_look_at_itself_is_no_wrong_one_and_what_it_may_not_ask_is_named()
    {
        await using (var root = await Doors.ConnectAsync(server))
        {
            using var value = SecretValue.FromText("a value");
            Assert.Null((await root.PutAsync(new PutRequest(App, value, SecretStage.Current, "t"), TestContext.Current.CancellationToken)).Failure);
        }

        server.WritePolicy("app", """path "secret/*" { capabilities = ["read"] }""");

        await using var store = await Doors.ConnectAsync(server, server.BareToken("app").Id);

        Assert.Null((await store.ReadAsync(App, VersionSelector.Current, TestContext.Current.CancellationToken)).Failure);
        var failure = (await store.CheckAccessAsync(App, StoreAccess.Rotate, TestContext.Current.CancellationToken)).Failure;
        Assert.Equal(FailureCode.AccessDenied, failure?.Code);
        Assert.Contains("path \"sys/capabilities-self\"", failure!.Remedy, StringComparison.Ordinal);
        server.RevokeToken("s.bare");
        Assert.Equal(FailureCode.CredentialsInvalid, (await store.ReadAsync(App, VersionSelector.Current, TestContext.Current.CancellationToken)).Failure?.Code);
    }

    [Fact]
    public async Task A_server_that_keeps_its_version_to_itself_is_a_young_one()
    {
        server.Version = string.Empty;
        await using var store = await Doors.ConnectAsync(server);
        Assert.True(store.Description.Capabilities.HasFlag(StoreCapabilities.Staged));
    }

    [Fact]
    public async Task What_the_vault_program_reads_is_read()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, ".vault-token"), server.RootToken + "\n", TestContext.Current.CancellationToken);
        var address = server.Address.ToString();
        Assert.Null((await Doors.TryConnectAsync(string.Empty, null, environment: Doors.Environment(null, ("VAULT_ADDR", address), ("VAULT_TOKEN", server.RootToken)))).Failure);
        Assert.Null((await Doors.TryConnectAsync(string.Empty, null, environment: Doors.Environment(folder, ("VAULT_ADDR", address)))).Failure);
        Assert.Null((await Doors.TryConnectAsync(string.Empty, null, environment: Doors.Environment(folder, ("VAULT_ADDR", "http://127.0.0.1:9"), ("VAULT_AGENT_ADDR", address)))).Failure);
        Assert.Null((await Doors.TryConnectAsync(address, null, environment: Doors.Environment(folder, ("VAULT_AGENT_ADDR", "http://127.0.0.1:9")))).Failure);
        Assert.Equal(FailureCode.KeyMissing, (await Doors.TryConnectAsync(address, null)).Failure?.Code);
    }

    [Fact]
    public async Task Each_way_to_log_in_gets_a_token_and_a_refused_one_says_where_it_was_refused()
    {
        server.Admit("approle", "role-1:secret-1", "default");
        server.Admit("kubernetes", "app:the.service.account", "default");
        server.Admit("corp-jwt", "app:a.b.c", "default");
        var jwt = Path.Combine(folder, "jwt");
        await File.WriteAllTextAsync(jwt, "the.service.account\n", TestContext.Current.CancellationToken);

        Assert.Null(await LogInAsync("secret-1", ("Auth", "AppRole"), ("RoleId", "role-1")));
        Assert.Null(await LogInAsync(null, ("Auth", "Kubernetes"), ("Role", "app"), ("JwtFile", jwt)));
        Assert.Null(await LogInAsync("a.b.c", ("Auth", "Jwt"), ("Role", "app"), ("AuthMount", "corp-jwt")));
        var refused = await LogInAsync("wrong", ("Auth", "AppRole"), ("RoleId", "role-1"));
        Assert.Equal(FailureCode.AccessDenied, refused?.Code);
        Assert.Contains("auth/approle", refused!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refused.ToString().Replace("is wrong", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://vault")]
    [InlineData("vault:8200:x")]
    [InlineData("https://user:pass@vault:8200")]
    public async Task An_address_that_is_none_is_refused_without_being_repeated(string address)
    {
        var failure = (await Doors.TryConnectAsync(address, "t")).Failure;
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.DoesNotContain("pass", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_an_unknown_setting_and_a_dead_port_are_told_apart()
    {
        Assert.Equal(FailureCode.CredentialsInvalid, (await Doors.TryConnectAsync(server.Address.ToString(), "s.wrong")).Failure?.Code);
        Assert.Equal(FailureCode.ValueInvalid, (await Doors.TryConnectAsync(server.Address.ToString(), "t", settings: ("Tokn", "x"))).Failure?.Code);
        Assert.Equal(FailureCode.StoreUnavailable, (await Doors.TryConnectAsync("http://127.0.0.1:1", "t")).Failure?.Code);
        foreach (var none in (string[])["s.canary\r\nX-Other: 1", "s.canary ", "s.canäry"])
        {
            var failure = (await Doors.TryConnectAsync(server.Address.ToString(), none)).Failure;
            Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
            Assert.DoesNotContain("can", failure!.Message.Replace("can't", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        }

        Assert.Equal(FailureCode.ValueInvalid, (await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, settings: ("Namespace", "a\nb"))).Failure?.Code);
    }

    [Fact]
    public async Task The_name_that_is_given_for_the_server_is_the_one_whose_certificate_is_asked_for()
    {
        using var certificate = OwnCertificate.Make("vault.example.org");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connecting = Doors.TryConnectAsync(
            $"https://{listener.LocalEndpoint}", "t", environment: Doors.Environment(null, ("VAULT_TLS_SERVER_NAME", "vault.example.org"), ("VAULT_SKIP_VERIFY", "true"), ("VAULT_MAX_RETRIES", "0")));

        string? asked = null;
        var accepting = listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.Same(accepting, await Task.WhenAny(accepting, connecting));
        using (var accepted = await accepting)
        {
            await using var secure = new SslStream(accepted.GetStream());
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateSelectionCallback = (_, name) =>
                {
                    asked = name;
                    return certificate;
                },
            };
            await secure.AuthenticateAsServerAsync(options, TestContext.Current.CancellationToken);
        }

        Assert.Equal(FailureCode.StoreUnavailable, (await connecting).Failure?.Code);
        Assert.Equal("vault.example.org", asked);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named_and_so_is_one_for_another_server()
    {
        using var certificate = OwnCertificate.Make("vault.example.org");
        var pem = Path.Combine(folder, "ca.pem");
        await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var secure = await VaultDouble.StartAsync(certificate: certificate);
        var address = secure.Address.ToString();

        var untrusted = (await Doors.TryConnectAsync(address, secure.RootToken, settings: ("ServerName", "vault.example.org"))).Failure;
        Assert.Equal(FailureCode.ServerUntrusted, untrusted?.Code);
        Assert.Contains("CN=vault.example.org", untrusted!.Message, StringComparison.Ordinal);

        var misnamed = (await Doors.TryConnectAsync(address, secure.RootToken, settings: ("CaFile", pem))).Failure;
        Assert.Equal(FailureCode.ServerUntrusted, misnamed?.Code);
        Assert.Contains("is for vault.example.org", misnamed!.Message, StringComparison.Ordinal);

        Assert.Null((await Doors.TryConnectAsync(address, secure.RootToken, settings: [("CaFile", pem), ("ServerName", "vault.example.org")])).Failure);
        Assert.Null((await Doors.TryConnectAsync(address, secure.RootToken, environment: Doors.Environment(null, ("VAULT_SKIP_VERIFY", "1")))).Failure);
        Assert.Equal(FailureCode.FileNotFound, (await Doors.TryConnectAsync(address, "t", settings: ("CaFile", pem + "x"))).Failure?.Code);
    }

    [Fact]
    public async Task A_token_is_renewed_as_long_as_the_connection_lasts()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var timed = await VaultDouble.StartAsync(time: time);
        timed.WritePolicy("some", """path "secret/*" { capabilities = ["read"] }""");
        var token = timed.Token(TimeSpan.FromMinutes(60), true, "some");
        await using var store = await Doors.ConnectAsync(timed, token.Id, time);

        for (var renewals = 0; renewals < 5; renewals++)
        {
            // Renewal is due after two thirds of the time; whoever is late for that has minutes left.
            time.Advance(TimeSpan.FromMinutes(41));
            for (var wait = 1; token.Renewals == renewals && wait < 1000; wait++)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
                time.Advance(TimeSpan.FromMinutes(wait % 100 == 0 ? 1 : 0));
            }

            Assert.True(token.Renewals > renewals, $"{token.Renewals} renewals");

            // The answer has to be there before the clock goes on.
            while (!RotationHouse.Value(await store.CheckAccessAsync(null, StoreAccess.Read, TestContext.Current.CancellationToken)).Findings[0].Contains($"{token.ExpiresAt:u}", StringComparison.Ordinal))
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }

        var report = await store.CheckAccessAsync(null, StoreAccess.Read, TestContext.Current.CancellationToken);
        Assert.Null(report.Failure);
        Assert.True(token.ExpiresAt > time.GetUtcNow());
    }

    [Theory]
    [InlineData("3h25m19s", 12319)]
    [InlineData("90", 90)]
    [InlineData("0s", 0)]
    [InlineData("1.5h", 5400)]
    public void A_duration_is_read_as_the_server_writes_it(string text, int seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3x")]
    [InlineData("h")]
    [InlineData("1h2")]
    public void What_is_no_duration_is_none(string text) => Assert.False(GoDuration.TryParse(text, out _));

    private async Task<Failure?> LogInAsync(string? credential, params (string Name, string Value)[] settings)
    {
        var outcome = await Doors.TryConnectAsync(server.Address.ToString(), credential, settings: settings);
        if (outcome.Succeeded(out var connection, out var failure))
        {
            await connection.DisposeAsync();
        }

        return failure;
    }
}
