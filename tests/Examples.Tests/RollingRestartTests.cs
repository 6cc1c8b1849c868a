using Examples.Tests.Hosting;

namespace Examples.Tests;

public sealed class RollingRestartTests
{
    private const string Secret = "a-secret-of-the-rolling-restart-tests";

    [Fact]
    public async Task Restarting_one_replica_after_the_other_fails_no_request()
    {
        await using var fleet = await Fleet.StartAsync(3, Secret);
        await using var clients = await ClientLoad.StartAsync(fleet, Secret);

        foreach (var replica in fleet.Replicas)
        {
            await replica.RestartAsync();
        }

        await clients.CountAsync("a thousand requests", static summary => summary.Requests >= 1000);
        var (summary, exit) = await clients.StopAsync();

        Assert.Empty(summary.Failures);
        Assert.Equal(0, summary.Failed);
        Assert.Null(summary.FirstFailure);
        Assert.Equal(1, summary.SecretsSeen);
        Assert.InRange(summary.P99Milliseconds!.Value, summary.P50Milliseconds!.Value, double.MaxValue);
        Assert.True(summary.Stopped > summary.Started);
        Assert.EndsWith($"requests: {summary.Requests}, failed: 0\n", exit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_replicas_are_enough()
    {
        await using var fleet = await Fleet.StartAsync(2, Secret);
        await using var clients = await ClientLoad.StartAsync(fleet, Secret);

        foreach (var replica in fleet.Replicas)
        {
            await replica.RestartAsync();
        }

        Assert.Empty((await clients.StopAsync()).Summary.Failures);
    }

    [Fact]
    public async Task Restarting_all_replicas_at_once_fails_requests()
    {
        await using var fleet = await Fleet.StartAsync(3, Secret);
        await using var clients = await ClientLoad.StartAsync(fleet, Secret);

        await Task.WhenAll(fleet.Replicas.Select(static replica => replica.StopAsync()));
        var down = await clients.CountAsync("requests that fail", static summary => summary.Failed > 0);
        await Task.WhenAll(fleet.Replicas.Select(static replica => replica.StartAgainAsync()));
        await clients.CountAsync("requests that succeed again", summary => summary.Succeeded > down.Succeeded);
        var (summary, exit) = await clients.StopAsync();

        Assert.Contains("no endpoint ready", summary.Failures.Keys);
        Assert.Equal(summary.Failed, summary.Failures.Values.Sum());
        Assert.InRange(summary.FirstFailure!.Value, summary.Started, summary.Stopped!.Value);
        Assert.EndsWith($"requests: {summary.Requests}, failed: {summary.Failed}\n", exit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replicas_that_are_killed_fail_requests_even_one_after_the_other()
    {
        await using var fleet = await Fleet.StartAsync(3, Secret);
        await using var clients = await ClientLoad.StartAsync(fleet, Secret);

        // A replica may happen to die right before its health is asked for, so one round may be lucky.
        await Wait.ForAsync("a request that fails", async () =>
        {
            foreach (var replica in fleet.Replicas)
            {
                await replica.KillAsync();
                await replica.StartAgainAsync();
            }

            await clients.SendAsync(1);
            return (await clients.CountAsync("the count", static _ => true)).Failed > 0;
        });
    }

    [Fact]
    public async Task Clients_that_are_killed_leave_their_count()
    {
        await using var fleet = await Fleet.StartAsync(1, Secret);
        await using var clients = await ClientLoad.StartAsync(fleet, Secret);

        var summary = await clients.KillAsync();

        Assert.True(summary.Requests > 0);
        Assert.Null(summary.Stopped);
    }
}
