using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Replicas;

public sealed class ProofTests
{
    [Fact]
    public async Task A_version_is_proven_once_every_instance_was_started_with_it()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        await services.StartAsync();
        Assert.True((await services.ProveAsync(SecretStage.Current)).IsProven);
        services.Give(SecretStage.Current, "canary-value-two");
        Assert.All((await services.ProveAsync(SecretStage.Current)).Instances, static one => Assert.Equal(Holding.Lacks, one.Holding));

        using var safePoint = new CancellationTokenSource();
        await foreach (var happened in services.Control.RestartAsync(
            await services.ConsumerAsync(), services.Request("run"), new StopRequest(safePoint.Token, CancellationToken.None)))
        {
            await safePoint.CancelAsync();
        }

        var half = await services.ProveAsync(SecretStage.Current);
        Assert.Equal([Holding.Holds, Holding.Lacks], half.Instances.Select(static one => one.Holding));
        Assert.False(half.IsProven);
        Assert.All(half.Instances, one => Assert.Matches("^process [0-9]+, started at .+Z, was given ", one.Evidence));
        Assert.True(half.Instances[0].Since > half.Instances[1].Since);

        await services.RestartAsync("run");
        Assert.True((await services.ProveAsync(SecretStage.Current)).IsProven);
    }

    [Fact]
    public async Task An_instance_that_knows_a_version_as_the_candidate_says_so()
    {
        await using var services = ServiceFixture.Responders(1);
        services.Give(SecretStage.Pending, "canary-value-two");
        await services.StartAsync();

        var state = Assert.Single((await services.ProveAsync(SecretStage.Pending)).Instances);

        Assert.Equal(Holding.Holds, state.Holding);
        Assert.EndsWith("was given it as its Pending version", state.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_run_is_not_asked_unless_its_like_runs()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        Assert.Empty((await services.ProveAsync(SecretStage.Current)).Instances);
        await services.StartAsync();
        System.Diagnostics.Process.GetProcessById(services.Running()[0]).Kill();
        await ServiceFixture.UntilAsync(() => services.Running().Count == 1);

        var states = (await services.ProveAsync(SecretStage.Current)).Instances;
        Assert.Contains(states, static one => one is { Holding: Holding.Lacks, Since: null });
        Assert.Contains(states, static one => one is { Holding: Holding.Holds, Since: not null });

        await services.StopAsync();
        Assert.Empty((await services.ProveAsync(SecretStage.Current)).Instances);
    }

    [Fact]
    public async Task A_file_that_is_read_again_is_replaced_without_a_restart_and_proves_what_it_holds()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2).With("secrets", new JsonArray(new JsonObject { ["address"] = "local:X", ["file"] = "run/{replica}.secret" }));
        await services.StartAsync();
        var running = services.Running();
        services.Give(SecretStage.Current, "canary-value-two");
        Assert.All((await services.ProveAsync(SecretStage.Current)).Instances, static one => Assert.Equal(Holding.Lacks, one.Holding));

        Assert.Equal(["1 Reloaded", "2 Reloaded"], await services.RestartAsync("run"));

        Assert.Equal(running, services.Running());
        Assert.Equal("canary-value-two", ServiceFixture.Read(Path.Combine(services.Folder, "run", "2.secret")));
        Assert.True((await services.ProveAsync(SecretStage.Current)).IsProven);

        await File.WriteAllTextAsync(Path.Combine(services.Folder, "run", "2.secret"), "canary-value-six", ServiceFixture.Cancellation);
        Assert.Equal([Holding.Holds, Holding.Lacks], (await services.ProveAsync(SecretStage.Current)).Instances.Select(static one => one.Holding));
    }

    [Fact]
    public async Task A_file_of_any_bytes_is_written_as_it_is_and_taken_away_with_its_version()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000").With("secrets", new JsonArray(
            new JsonObject { ["address"] = "local:X", ["file"] = "x" },
            new JsonObject { ["address"] = "local:X", ["stage"] = "Previous", ["file"] = "previous" }));
        byte[] bytes = [0, 0xFF, 0xC3, 0x28, (byte)'\n'];
        services.Values[SecretStage.Current] = bytes;
        services.Values[SecretStage.Previous] = [1];
        await services.StartAsync();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(services.Folder, "x"), ServiceFixture.Cancellation));
        Assert.True(File.Exists(Path.Combine(services.Folder, "previous")));

        services.Values.TryRemove(SecretStage.Previous, out _);
        Assert.Equal(["1 Reloaded"], await services.RestartAsync("run"));

        Assert.False(File.Exists(Path.Combine(services.Folder, "previous")));
    }

    [Fact]
    public async Task A_service_that_reads_one_secret_again_is_restarted_for_another_that_it_does_not()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000").With("secrets", new JsonArray(
            new JsonObject { ["address"] = "local:X", ["file"] = "x" },
            new JsonObject { ["address"] = "local:Y", ["stage"] = "Pending", ["environment"] = "Y" }));
        await services.StartAsync();

        Assert.Equal(["1 Reloaded"], await services.RestartAsync("nothing new for the other"));
        services.Give(SecretStage.Pending, "canary-value-two");
        Assert.Equal(["1 Stopping", "1 Starting", "1 Healthy"], await services.RestartAsync("something new for the other"));
    }
}
