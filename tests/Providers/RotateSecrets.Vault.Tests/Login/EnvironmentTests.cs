using System.Net.Sockets;
using RotateSecrets.Contracts;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Login;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Login;

/// <summary>Every variable that the vault program reads, and those of OpenBao's.</summary>
public sealed class EnvironmentTests : IAsyncLifetime
{
    private static readonly SecretAddress Absent = SecretAddress.Parse("vault:secret/absent");

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("ADDR", "https://a")]
    [InlineData("AGENT_ADDR", "https://a")]
    [InlineData("NAMESPACE", "team")]
    [InlineData("CACERT", "/ca")]
    [InlineData("CACERT_BYTES", "pem")]
    [InlineData("CAPATH", "/cas")]
    [InlineData("CLIENT_CERT", "/cert")]
    [InlineData("CLIENT_KEY", "/key")]
    [InlineData("CLIENT_TIMEOUT", "90s")]
    [InlineData("SKIP_VERIFY", "true")]
    [InlineData("TLS_SERVER_NAME", "name")]
    [InlineData("MAX_RETRIES", "7")]
    [InlineData("HTTP_PROXY", "http://p:1")]
    [InlineData("PROXY_ADDR", "http://p:1")]
    [InlineData("TOKEN", "t")]
    [InlineData("DISABLE_REDIRECTS", "true")]
    [InlineData("RATE_LIMIT", "10:20")]
    [InlineData("HEADERS", "{\"X-Team\":\"payments\"}")]
    public void Each_variable_is_read_and_OpenBaos_goes_before_it(string name, string text)
    {
        var without = All(Doors.Environment(folder));
        var vault = All(Doors.Environment(folder, ("VAULT_" + name, text)));
        var bao = All(Doors.Environment(folder, ("BAO_" + name, text)));
        Assert.Single(without.Zip(vault), static pair => !Equals(pair.First, pair.Second));
        Assert.Equal(vault, bao);
        Assert.Equal(vault, All(Doors.Environment(folder, ("BAO_" + name, text), ("VAULT_" + name, name is "SKIP_VERIFY" or "DISABLE_REDIRECTS" ? "false" : "1"))));
    }

    [Fact]
    public async Task Authorities_can_be_given_as_text_which_a_file_goes_before_and_a_folder_after()
    {
        using var certificate = OwnCertificate.Make("localhost");
        using var other = OwnCertificate.Make("other");
        var file = Path.Combine(folder, "other.pem");
        await File.WriteAllTextAsync(file, other.ExportCertificatePem(), Cancellation);
        await using var secure = await VaultDouble.StartAsync(certificate: certificate);
        (string, string) text = ("VAULT_CACERT_BYTES", certificate.ExportCertificatePem());
        (string, string) name = ("VAULT_TLS_SERVER_NAME", "localhost");

        Assert.Null(await ConnectAsync(secure, name, text));
        Assert.Null(await ConnectAsync(secure, name, text, ("VAULT_CAPATH", folder)));
        Assert.Equal(FailureCode.ServerUntrusted, (await ConnectAsync(secure, name, text, ("VAULT_CACERT", file)))?.Code);
        var none = await ConnectAsync(secure, name, ("VAULT_CACERT_BYTES", "no certificate"));
        Assert.Equal(FailureCode.DocumentInvalid, none?.Code);
        Assert.Contains("VAULT_CACERT_BYTES", none!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VAULT_HTTP_PROXY")]
    [InlineData("VAULT_PROXY_ADDR")]
    [InlineData("BAO_PROXY_ADDR")]
    public async Task A_proxy_carries_the_requests(string variable)
    {
        // A proxy is asked for whole addresses: a server that looks at their paths alone can stand for both.
        var outcome = await Doors.TryConnectAsync("http://vault.invalid:8200", server.RootToken, environment: Doors.Environment(folder, (variable, server.Address.ToString())));
        Assert.Null(outcome.Failure);
        Assert.NotEmpty(server.Requests);
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("-1", 1)]
    [InlineData("2", 3)]
    public async Task Requests_are_sent_again_as_often_as_it_is_said(string retries, int requests)
    {
        var connected = await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, new HastyTime(), Doors.Environment(folder, ("VAULT_MAX_RETRIES", retries)));
        await using var store = RotationHouse.Value(connected).Store;
        server.ForgetRequests();
        server.Before = static _ => VaultAnswer.Error(500, "internal error");

        Assert.NotNull((await store.ReadAsync(Absent, VersionSelector.Current, Cancellation)).Failure);

        Assert.Equal(requests, server.Requests.Count);
    }

    [Theory]
    [InlineData("VAULT_SKIP_VERIFY", "perhaps")]
    [InlineData("VAULT_CLIENT_TIMEOUT", "soon")]
    [InlineData("VAULT_MAX_RETRIES", "some")]
    [InlineData("BAO_HTTP_PROXY", "a proxy")]
    [InlineData("VAULT_DISABLE_REDIRECTS", "perhaps")]
    [InlineData("VAULT_RATE_LIMIT", "often")]
    [InlineData("VAULT_RATE_LIMIT", "0:3000")]
    [InlineData("VAULT_RATE_LIMIT", "5:6:7000")]
    [InlineData("VAULT_HEADERS", "X-Team: payments")]
    [InlineData("VAULT_HEADERS", "[\"payments\"]")]
    [InlineData("VAULT_HEADERS", "{\"X-Vault-Token\":\"s.payments\"}")]
    [InlineData("VAULT_HEADERS", "{\"X-Team\":5000}")]
    [InlineData("VAULT_HEADERS", "{\"X Team\":\"payments\"}")]
    [InlineData("BAO_HEADERS", "{\"X-Team\":\"pay\\nments\"}")]
    public async Task A_variable_that_makes_no_sense_is_named_and_not_repeated(string name, string text)
    {
        var failure = await ConnectAsync(server, (name, text));
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Contains(name, failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(text, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_a_proxy_demands_go_with_every_request()
    {
        var seen = new List<string?>();
        server.Before = question =>
        {
            seen.Add(question.Headers.GetValueOrDefault("X-Team"));
            return null;
        };

        Assert.Null(await ConnectAsync(server, ("VAULT_HEADERS", """{"X-Team": "payments", "CF-Access-Client-Id": "x.access"}""")));

        Assert.True(seen.Count > 2, "It was hardly asked.");
        Assert.All(seen, static team => Assert.Equal("payments", team));
    }

    [Fact]
    public async Task Requests_keep_to_a_rate()
    {
        var time = new HastyTime();
        var outcome = await Doors.TryConnectAsync(server.Address.ToString(), server.RootToken, time, Doors.Environment(folder, ("VAULT_RATE_LIMIT", "0.001:2")));
        await using var store = RotationHouse.Value(outcome).Store;

        // All but two of them waited for a quarter of an hour, and more.
        Assert.True(time.Slept > TimeSpan.FromSeconds(1000 * (server.Requests.Count - 3)), $"{server.Requests.Count} requests, and {time.Slept} of pauses.");
    }

    [Theory]
    [InlineData("false", true)]
    [InlineData("true", false)]
    public async Task A_node_that_sends_requests_on_is_followed_unless_that_is_forbidden(string isForbidden, bool isFollowed)
    {
        await using var standby = await VaultDouble.StartAsync();
        standby.Before = question => new VaultAnswer(307) { Location = new Uri(server.Address, $"v1/{question.Path}") };

        var failure = await ConnectAsync(standby, ("VAULT_TOKEN", server.RootToken), ("VAULT_DISABLE_REDIRECTS", isForbidden));

        Assert.Equal(isFollowed, failure is null || failure.Code == FailureCode.CredentialsInvalid);
        Assert.Equal(isFollowed, server.Requests.Count > 0);
        Assert.Equal(isFollowed, failure?.Message.Contains("VAULT_DISABLE_REDIRECTS", StringComparison.Ordinal) != true);
    }

    [Fact]
    public async Task OpenBaos_token_can_lie_elsewhere()
    {
        var file = Path.Combine(folder, "token");
        await File.WriteAllTextAsync(file, server.RootToken, Cancellation);
        Assert.Null((await Doors.TryConnectAsync(server.Address.ToString(), null, environment: Doors.Environment(folder, ("BAO_TOKEN_PATH", file)))).Failure);
    }

    [Theory]
    [InlineData("VAULT_ADDR")]
    [InlineData("VAULT_AGENT_ADDR")]
    public async Task An_agent_that_listens_on_a_socket_is_reached_there(string variable)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Agents listen on such sockets on Unix alone.");
        var file = Path.Combine(folder, "agent.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(file));
        listener.Listen();
        using var end = new CancellationTokenSource();
        var agent = ForwardAsync(listener, end.Token);

        await using (var connection = RotationHouse.Value(await Doors.TryConnectAsync(string.Empty, server.RootToken, environment: Doors.Environment(folder, (variable, $"unix://{file}")))))
        {
            Assert.Equal($"unix://{file}", connection.Store.Description.Location);
            Assert.Equal(FailureCode.SecretNotFound, (await connection.Store.ReadAsync(Absent, VersionSelector.Current, Cancellation)).Failure?.Code);
        }

        await end.CancelAsync();
        await agent;
        var nobody = (await Doors.TryConnectAsync($"unix://{file}x", server.RootToken)).Failure;
        Assert.Equal(FailureCode.StoreUnavailable, nobody?.Code);
        Assert.Contains($"unix://{file}x", nobody!.Message, StringComparison.Ordinal);
    }

    // Hands every connection on to the server, as an agent does.
    private async Task ForwardAsync(Socket listener, CancellationToken end)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ForwardOneAsync(await listener.AcceptAsync(end), end));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardOneAsync(Socket accepted, CancellationToken end)
    {
        await using var from = new NetworkStream(accepted, ownsSocket: true);
        using var to = new TcpClient();
        await to.ConnectAsync(server.Address.Host, server.Address.Port, CancellationToken.None);
        await Task.WhenAny(from.CopyToAsync(to.GetStream(), end), to.GetStream().CopyToAsync(from, end));
    }

    private static object?[] All(VaultEnvironment one) =>
    [
        one.Address, one.Namespace, one.CaFile, one.CaText, one.CaFolder, one.ClientCertificate, one.ClientKey, one.Timeout, one.SkipVerify, one.ServerName, one.Retries, one.Proxy, one.Token, one.DisablesRedirects, one.Rate, string.Join(',', one.Headers),
    ];

    private async Task<Failure?> ConnectAsync(VaultDouble to, params (string Name, string Value)[] variables)
    {
        var outcome = await Doors.TryConnectAsync(to.Address.ToString(), to.RootToken, environment: Doors.Environment(folder, variables));
        if (outcome.Succeeded(out var connection, out var failure))
        {
            await connection.DisposeAsync();
        }

        return failure;
    }
}
