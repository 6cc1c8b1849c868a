using System.Net;
using Examples.Tests.Hosting;

namespace Examples.Tests;

public sealed class StartAndStopTests
{
    private const string Secret = "a-secret-of-the-start-and-stop-tests";

    [Theory]
    [InlineData("PROXY_JWT_SECRET", null)]
    [InlineData("PROXY_JWT_SECRET", "")]
    [InlineData("PROXY_JWT_SECRET", " ")]
    [InlineData("PROXY_DRAIN_MILLISECONDS", "soon")]
    public async Task A_replica_that_is_not_configured_refuses_to_start_and_says_why(string variable, string? value)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PROXY_JWT_SECRET"] = Secret };
        environment[variable] = value;
        await using var proxy = ExampleProgram.Start("proxy", environment, "--urls", "http://127.0.0.1:0");

        var exit = await proxy.ExitAsync();

        Assert.Equal(78, exit.Code);
        Assert.Contains(variable, exit.Error, StringComparison.Ordinal);
        Assert.Empty(exit.Output);
    }

    [Fact]
    public async Task A_secret_that_is_set_to_nothing_is_none()
    {
        await using var fleet = await Fleet.StartAsync(1, Secret, pending: "", previous: " ");

        foreach (var secret in (string[])["", " "])
        {
            using var response = await fleet.Replicas[0].GetAsync("/whoami", $"Bearer {Token.Sign(secret, Token.Claims())}");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_replica_that_is_to_stop_says_so_closes_its_connections_and_still_serves()
    {
        await using var fleet = await Fleet.StartAsync(1, Secret, drainMilliseconds: (int)Wait.Deadline.TotalMilliseconds);
        var replica = fleet.Replicas[0];
        using var before = await replica.GetAsync("/healthz");

        replica.AskToStop();
        await Wait.ForAsync("the replica to drain", async () =>
        {
            using var response = await replica.GetAsync("/healthz");
            return response.StatusCode == HttpStatusCode.ServiceUnavailable;
        });
        using var health = await replica.GetAsync("/healthz");
        using var accepted = await replica.GetAsync("/whoami", $"Bearer {Token.Sign(Secret, Token.Claims())}");
        using var refused = await replica.GetAsync("/whoami");

        Assert.Equal("healthy", await before.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Null(before.Headers.ConnectionClose);
        Assert.Equal("draining", await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized], [accepted.StatusCode, refused.StatusCode]);
        Assert.All([health, accepted, refused], static response => Assert.True(response.Headers.ConnectionClose));
    }

    [Theory]
    [InlineData]
    [InlineData("--endpoint", "http://127.0.0.1:1", "--secret-file", "x")]
    [InlineData("--endpoint", "here", "--secret-file", "x", "--summary", "y")]
    [InlineData("--endpoint", "http://127.0.0.1:1", "--secret-file", "x", "--summary", "y", "--rate", "0")]
    [InlineData("--endpoint", "http://127.0.0.1:1", "--secret-file", "x", "--summary", "y", "--workers")]
    public async Task Clients_that_are_called_wrongly_say_how_to_call_them(params string[] arguments)
    {
        await using var clients = ExampleProgram.Start("clients", new Dictionary<string, string?>(StringComparer.Ordinal), arguments);

        var exit = await clients.ExitAsync();

        Assert.Equal(64, exit.Code);
        Assert.StartsWith("usage: clients ", exit.Error, StringComparison.Ordinal);
    }
}
