using Examples.Tests.Hosting;

namespace Examples.Tests;

public sealed class LeakTests
{
    private const string Current = "current-canary-f2b8";
    private const string Pending = "pending-canary-91ce";
    private const string Previous = "previous-canary-5d07";
    private const string Unknown = "unknown-canary-c4e3";

    // How every token with our header begins.
    private static readonly string Tokens = Token.Part(Token.Header)[..8];

    [Fact]
    public async Task No_program_writes_a_secret_or_a_token_anywhere()
    {
        await using var fleet = await Fleet.StartAsync(2, Current, Pending, Previous);
        await using var clients = await ClientLoad.StartAsync(fleet, Current);
        foreach (var secret in (string[])[Pending, Previous, Unknown])
        {
            clients.Use(secret);
            await clients.SendAsync(100);
        }

        await clients.CountAsync("a request that is refused", static summary => summary.Failed > 0);
        await Task.WhenAll(fleet.Replicas.Select(static replica => replica.StopAsync()));
        await clients.CountAsync("a request that can't be sent", static summary => summary.Failures.ContainsKey("no endpoint ready"));
        var (_, exit) = await clients.StopAsync();
        // An address that no machine has: to fail at the start makes a program talkative.
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PROXY_JWT_SECRET"] = Current };
        await using var homeless = ExampleProgram.Start("proxy", environment, "--urls", "http://192.0.2.1:1");

        ProgramExit[] exits = [exit, await homeless.ExitAsync(), .. fleet.Replicas.SelectMany(static replica => replica.Exits)];
        string[] written = [.. exits.Select(static each => each.Output + each.Error), .. clients.Written()];
        Assert.All(written, static text =>
        {
            Assert.NotEmpty(text);
            Assert.All(
                [Current, Pending, Previous, Unknown, Tokens],
                secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        });
    }
}
