using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Replicas;

public sealed class RollingRestartTests
{
    [Fact]
    public async Task Each_instance_is_healthy_with_the_new_value_before_the_next_is_touched()
    {
        await using var services = ServiceFixture.Responders(3, ("HEALTHY_AFTER", "200"));
        await services.StartAsync();
        var before = await services.HeldAsync();
        Assert.Equal(3, before.Select(static one => one!.Value.Pid).Distinct().Count());
        services.Give(SecretStage.Current, "canary-value-two");

        var seen = new List<string>();
        await foreach (var happened in services.Control.RestartAsync(await services.ConsumerAsync(), services.Request("run"), default))
        {
            Assert.True(happened.Succeeded(out var passed, out var failure), failure?.ToString());
            seen.Add($"{passed!.Ordinal}/{passed.Of} {passed.Instance} {passed.Phase}");
            if (passed.Phase == InstancePhase.Healthy)
            {
                var now = await services.HeldAsync();
                for (var index = 0; index < 3; index++)
                {
                    Assert.Equal(index < passed.Ordinal, now[index]!.Value.Secret != before[index]!.Value.Secret);
                    Assert.Equal(index < passed.Ordinal, now[index]!.Value.Pid != before[index]!.Value.Pid);
                }
            }
        }

        Assert.Equal(
            Enumerable.Range(1, 3).SelectMany(static n => ((string[])["Stopping", "Starting", "Healthy"]).Select(phase => $"{n}/3 {n} {phase}")), seen);
    }

    [Fact]
    public async Task An_instance_that_never_gets_healthy_is_stopped_and_the_others_run_on_as_they_are()
    {
        await using var services = ServiceFixture.Responders();
        await services.StartAsync();
        var before = await services.HeldAsync();
        services.Service["environment"]!["HEALTHY_AFTER"] = "-1";
        services.Save();
        services.Give(SecretStage.Current, "canary-value-two");

        var failure = await services.FailAsync(services.Control.RestartAsync, static request => request with { Deadline = TimeSpan.FromSeconds(3) });

        Assert.Equal(FailureCode.InstanceUnhealthy, failure.Code);
        Assert.Contains("not healthy within 3 s: status 503", failure.Message, StringComparison.Ordinal);
        Assert.Contains("responder ", failure.Message, StringComparison.Ordinal);
        var after = await services.HeldAsync();
        Assert.Null(after[0]);
        Assert.Equal(before[1..], after[1..]);
        Assert.Equal(2, services.Running().Count);
    }

    [Fact]
    public async Task An_instance_that_ends_tells_its_exit_code_and_what_it_wrote()
    {
        await using var services = ServiceFixture.Responders(2, ("MODE", "dead"));

        var failure = await services.FailAsync(services.Control.StartAsync);

        Assert.Equal(FailureCode.InstanceUnhealthy, failure.Code);
        Assert.Equal("service/1", failure.Target);
        Assert.Contains("it ended, with exit code 4.", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"It wrote: responder", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(services.StateFolder, "1.log"), failure.Remedy, StringComparison.Ordinal);
        Assert.Empty(services.Running());
    }

    [Fact]
    public async Task What_an_instance_wrote_is_told_without_the_secret_in_any_form()
    {
        const string value = "canary/value+with \"signs\" & ümlaut";
        await using var services = ServiceFixture.Script(
            """
            echo "raw $SECRET"; echo "base64 $(printf %s "$SECRET" | base64 -w0)"; echo "inside $(printf %s "user:$SECRET" | base64 -w0)"; echo "hex $(printf %s "$SECRET" | od -An -tx1 | tr -d ' \n')"
            echo 'the last word'; exit 3
            """);
        services.Give(SecretStage.Current, value);

        var failure = await services.FailAsync(services.Control.StartAsync);

        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the last word", failure.Message, StringComparison.Ordinal);
        Assert.Contains("raw *** | base64 ***", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Y2FuYXJ5", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("63616e617279", failure.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Only_what_this_start_wrote_is_told()
    {
        await using var services = ServiceFixture.Script("echo first; exit 1");
        await services.FailAsync(services.Control.StartAsync);
        services.With("command", new JsonArray("/bin/sh", "-c", "echo second; exit 1"));

        var failure = await services.FailAsync(services.Control.StartAsync);

        Assert.Contains("It wrote: second", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("first", failure.Message, StringComparison.Ordinal);
        Assert.Equal("first\nsecond\n", await File.ReadAllTextAsync(Path.Combine(services.StateFolder, "1.log"), ServiceFixture.Cancellation));
    }

    [Fact]
    public async Task What_does_not_run_is_simply_started()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);

        Assert.Equal(["1 Starting", "1 Healthy", "2 Starting", "2 Healthy"], await services.RestartAsync("run"));
    }

    [Fact]
    public async Task What_does_not_run_is_started_before_anything_that_does_is_stopped()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        await services.StartAsync();
        System.Diagnostics.Process.GetProcessById(services.Running().Max()).Kill();
        await ServiceFixture.UntilAsync(() => services.Running().Count == 1);

        var phases = await services.RestartAsync("run");

        Assert.Equal(["Starting", "Healthy", "Stopping", "Starting", "Healthy"], phases.Select(static phase => phase.Split(' ')[1]));
        Assert.NotEqual(phases[0][0], phases[^1][0]);
    }

    [Fact]
    public async Task Without_waiting_they_are_still_started_one_after_another()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);

        Assert.Equal(["1 Started", "2 Started"], await services.RestartAsync("run", static request => request with { Wait = false }));
        Assert.Equal(["1 Stopping", "1 Started", "2 Stopping", "2 Started"], await services.RestartAsync("again", static request => request with { Wait = false }));
        Assert.Equal(2, services.Running().Count);
    }

    [Fact]
    public async Task The_same_run_again_restarts_nothing_twice()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        await services.RestartAsync("run");
        var running = services.Running();

        Assert.Equal(["1 Unchanged", "2 Unchanged"], await services.RestartAsync("run"));
        Assert.Equal(running, services.Running());

        Assert.Equal(6, (await services.RestartAsync("another run")).Count);
        Assert.DoesNotContain(services.Running(), running.Contains);
    }

    [Fact]
    public async Task The_same_run_restarts_an_instance_again_that_has_other_values_by_now_or_died()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        await services.RestartAsync("run");
        System.Diagnostics.Process.GetProcessById(services.Running()[0]).Kill();
        await ServiceFixture.UntilAsync(() => services.Running().Count == 1);

        Assert.Single(await services.RestartAsync("run"), "2 Unchanged");

        services.Give(SecretStage.Current, "canary-value-two");
        Assert.DoesNotContain(await services.RestartAsync("run"), static phase => phase.EndsWith("Unchanged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stopped_between_two_instances_it_goes_on_where_it_was()
    {
        await using var services = ServiceFixture.Responders();
        await services.StartAsync();
        var before = await services.HeldAsync();
        services.Give(SecretStage.Current, "canary-value-two");
        using var safePoint = new CancellationTokenSource();

        Failure? failure = null;
        await foreach (var happened in services.Control.RestartAsync(
            await services.ConsumerAsync(), services.Request("run"), new StopRequest(safePoint.Token, CancellationToken.None)))
        {
            failure = happened.Failure;
            if (happened.Succeeded(out var passed, out _) && passed.Phase == InstancePhase.Starting)
            {
                await safePoint.CancelAsync();
            }
        }

        Assert.Equal(FailureCode.Stopped, failure?.Code);
        Assert.Contains("after 1 of 3 instances", failure!.Message, StringComparison.Ordinal);
        var between = await services.HeldAsync();
        Assert.Equal(before[1..], between[1..]);
        Assert.NotEqual(before[0], between[0]);

        Assert.Single(await services.RestartAsync("run"), "1 Unchanged");
        var after = await services.HeldAsync();
        Assert.Equal(between[0], after[0]);
        Assert.All(after, one => Assert.Equal(after[0]!.Value.Secret, one!.Value.Secret));
    }

    [Fact]
    public async Task Stopped_at_once_it_goes_on_with_the_instance_it_was_at()
    {
        await using var services = ServiceFixture.Responders(2, ("HEALTHY_AFTER", "1500"));
        using var now = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var happened in services.Control.RestartAsync(
                await services.ConsumerAsync(), services.Request("run"), new StopRequest(CancellationToken.None, now.Token)))
            {
                Assert.True(happened.Succeeded(out var passed, out var failure), failure?.ToString());
                Assert.Equal(InstancePhase.Starting, passed!.Phase);
                await now.CancelAsync();
            }
        });
        var running = Assert.Single(services.Running());

        Assert.Equal(["2 Starting", "2 Healthy", "1 Unchanged"], await services.RestartAsync("run"));
        Assert.Contains(running, services.Running());
    }

    [Fact]
    public async Task Instances_that_are_no_longer_asked_for_are_stopped_last()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 3);
        await services.StartAsync();
        services.With("replicas", 1);

        Assert.Equal(3, (await services.ProveAsync(SecretStage.Current)).Instances.Count);
        Assert.Equal(["1 Unchanged", "2 Stopping", "2 Stopped", "3 Stopping", "3 Stopped"], await services.RunAsync(services.Control.StartAsync, "fewer"));
        Assert.Single(services.Running());
        Assert.Single((await services.ProveAsync(SecretStage.Current)).Instances);
    }
}
