using System.Diagnostics;
using RotateSecrets.Local.Processes;

namespace RotateSecrets.Local.Tests.Replicas;

public sealed class StopTests
{
    [Fact]
    public async Task Stopping_asks_and_stopping_again_does_nothing()
    {
        await using var services = ServiceFixture.Script("trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.05; done", 2);
        await services.StartAsync();
        await UntilLogAsync(services, 1, "ready");
        await UntilLogAsync(services, 2, "ready");

        Assert.Equal(["1 Stopping", "1 Stopped", "2 Stopping", "2 Stopped"], await services.StopAsync());
        Assert.Equal(["1 Unchanged", "2 Unchanged"], await services.StopAsync());

        Assert.Empty(services.Running());
        Assert.EndsWith("asked\n", ServiceFixture.Read(Path.Combine(services.StateFolder, "1.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ignores_being_asked_is_ended_by_force_after_its_time()
    {
        await using var services = ServiceFixture.Responders(1, ("MODE", "deaf")).With("stopTimeoutSeconds", 1);
        await services.StartAsync();
        var pid = Assert.Single(services.Running());
        var began = Stopwatch.GetTimestamp();

        Assert.Equal(["1 Stopping", "1 Stopped"], await services.StopAsync());

        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromSeconds(1));
        Assert.Null(ProcessIdentity.Of(pid));
    }

    [Fact]
    public async Task A_worker_that_outlives_its_service_is_stopped_too_whatever_group_it_made()
    {
        // The worker ignores the signal, and with job control (-m) has a group of its own.
        await using var services = ServiceFixture.Script("set -m; (trap '' TERM; while :; do sleep 0.05; done) & echo $! >worker; trap 'exit 0' TERM; while :; do sleep 0.05; done")
            .With("stopTimeoutSeconds", 1);
        await services.StartAsync();
        await ServiceFixture.UntilAsync(() => ServiceFixture.Read(Path.Combine(services.Folder, "worker")).EndsWith('\n'));
        var worker = int.Parse(ServiceFixture.Read(Path.Combine(services.Folder, "worker")));
        Assert.NotNull(ProcessIdentity.Of(worker));

        await services.StopAsync();

        Assert.Null(ProcessIdentity.Of(worker));
        Assert.Empty(services.Running());
    }

    [Fact]
    public async Task A_worker_left_by_a_dead_service_is_still_a_holder_and_gone_before_the_next_start()
    {
        await using var services = ServiceFixture.Script("sleep 1000 & exec sleep 1000");
        await services.StartAsync();
        await ServiceFixture.UntilAsync(() => services.Running().Count == 2);
        var (leader, worker) = (services.Running()[0], services.Running()[1]);
        Process.GetProcessById(leader).Kill();
        await ServiceFixture.UntilAsync(() => ProcessIdentity.Of(leader) is null);

        var state = Assert.Single((await services.ProveAsync(Secrets.SecretStage.Current)).Instances);
        Assert.NotNull(state.Since);

        Assert.Equal(["1 Stopping", "1 Starting", "1 Healthy"], await services.RunAsync(services.Control.StartAsync, "start"));
        Assert.DoesNotContain(worker, services.Running());
    }

    [Fact]
    public async Task A_process_that_got_the_number_of_a_dead_instance_is_not_taken_for_it()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        await services.StartAsync();
        await services.StopAsync();
        using var stranger = Process.Start("sleep", "1000");
        try
        {
            // As if the kernel had given the instance's number to a stranger: all is true but the start.
            var file = Path.Combine(services.StateFolder, "1.1.pid");
            var lines = await File.ReadAllLinesAsync(file, ServiceFixture.Cancellation);
            var own = ProcessStat.Parse(1, lines[1])!;
            await File.WriteAllTextAsync(file, $"{stranger.Id}\n{lines[1]}\n{lines[2]}\n.\n", ServiceFixture.Cancellation);
            Assert.NotEqual(ProcessStat.Of(stranger.Id)!.Start, own.Start);

            Assert.Empty((await services.ProveAsync(Secrets.SecretStage.Current)).Instances);
            Assert.Equal(["1 Unchanged"], await services.StopAsync());
            Assert.Equal(["1 Starting", "1 Healthy"], await services.RunAsync(services.Control.StartAsync, "start"));
            Assert.False(stranger.HasExited);
            await services.StopAsync();
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task A_record_from_before_the_machine_was_started_anew_is_of_nobody()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        await services.StartAsync();
        var file = Path.Combine(services.StateFolder, "1.1.pid");
        var lines = await File.ReadAllLinesAsync(file, ServiceFixture.Cancellation);
        await File.WriteAllTextAsync(file, $"{lines[0]}\n{lines[1]}\n{Guid.NewGuid()}\n.\n", ServiceFixture.Cancellation);

        Assert.Equal(["1 Unchanged"], await services.StopAsync());
        Assert.Single(services.Running());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"Generation\":1,\"Held\":[null]}")]
    public async Task An_instance_whose_record_is_damaged_is_found_and_replaced_all_the_same(string damage)
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        await services.StartAsync();
        var old = Assert.Single(services.Running());
        await File.WriteAllTextAsync(Path.Combine(services.StateFolder, "1.json"), damage, ServiceFixture.Cancellation);

        Assert.Equal(Consumers.Holding.Unknown, Assert.Single((await services.ProveAsync(Secrets.SecretStage.Current)).Instances).Holding);
        Assert.Equal(["1 Stopping", "1 Starting", "1 Healthy"], await services.RestartAsync("run"));
        Assert.NotEqual(old, Assert.Single(services.Running()));
    }

    private static Task UntilLogAsync(ServiceFixture services, int replica, string text) =>
        ServiceFixture.UntilAsync(() => ServiceFixture.Read(Path.Combine(services.StateFolder, $"{replica}.log")).Contains(text, StringComparison.Ordinal));
}
