using Examples.Tests.Hosting;

namespace Examples.Tests;

public sealed class SecretFileTests
{
    private const string Old = "the-old-secret-of-the-file-tests";
    private const string New = "the-new-secret-of-the-file-tests";

    [Fact]
    public async Task A_secret_that_the_replicas_accept_too_is_taken_up_without_a_failure()
    {
        await using var fleet = await Fleet.StartAsync(3, Old, pending: New);
        await using var clients = await ClientLoad.StartAsync(fleet, Old);

        clients.Use(New);
        await clients.CountAsync("the new secret", static summary => summary.SecretsSeen == 2);
        await clients.SendAsync(100);
        clients.Use(Old);
        await clients.SendAsync(100);
        var (summary, _) = await clients.StopAsync();

        Assert.Empty(summary.Failures);
        Assert.Equal(2, summary.SecretsSeen);
    }

    [Fact]
    public async Task A_secret_that_no_replica_knows_fails_every_request_with_401()
    {
        await using var fleet = await Fleet.StartAsync(3, Old);
        await using var clients = await ClientLoad.StartAsync(fleet, Old);

        clients.Use(New);
        await clients.CountAsync("requests that are refused", static summary => summary.Failed > 100);
        clients.Use(Old);
        var refused = await clients.CountAsync("the count", static _ => true);
        await clients.CountAsync("requests that succeed again", summary => summary.Succeeded > refused.Succeeded);
        var (summary, _) = await clients.StopAsync();

        Assert.Equal(["status 401"], summary.Failures.Keys);
        Assert.Equal(2, summary.SecretsSeen);
    }

    [Fact]
    public async Task A_file_that_is_empty_or_gone_leaves_the_last_secret_in_use()
    {
        await using var fleet = await Fleet.StartAsync(1, Old, pending: New);
        await using var clients = await ClientLoad.StartAsync(fleet, Old);

        await File.WriteAllTextAsync(clients.SecretPath, "", TestContext.Current.CancellationToken);
        await clients.SendAsync(100);
        File.Delete(clients.SecretPath);
        await clients.SendAsync(100);
        Directory.CreateDirectory(clients.SecretPath);
        await clients.SendAsync(100);
        Directory.Delete(clients.SecretPath);
        clients.Use(New);
        await clients.CountAsync("the new secret", static summary => summary.SecretsSeen == 2);
        var (summary, _) = await clients.StopAsync();

        Assert.Empty(summary.Failures);
    }
}
