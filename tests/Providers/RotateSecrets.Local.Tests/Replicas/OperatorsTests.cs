using System.Diagnostics;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Replicas;

/// <summary>Other operators, in processes of their own.</summary>
public sealed class OperatorsTests
{
    private const int Kills = 60;

    [Fact]
    public async Task Whenever_an_operator_is_killed_there_is_one_process_an_instance_after_the_next_start()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        await services.StartAsync();
        var (longest, finished, missing) = (TimeSpan.Zero, 0, 0);
        for (var round = 0; round < Kills; round++)
        {
            services.Give(SecretStage.Current, $"canary-value-{round}");
            using var rival = await ReadyAsync(services, "restart", $"run {round}", "hurried");
            await rival.StandardInput.WriteLineAsync();

            // The first is left to finish; the others are killed anywhere between what it took and nothing.
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAny(rival.WaitForExitAsync(ServiceFixture.Cancellation), Task.Delay(round == 0 ? TimeSpan.FromMinutes(1) : longest * Random.Shared.NextDouble(), ServiceFixture.Cancellation));
            longest = round == 0 ? Stopwatch.GetElapsedTime(began) : longest;
            finished += rival.HasExited ? 1 : 0;
            rival.Kill();
            await rival.WaitForExitAsync(ServiceFixture.Cancellation);
            missing += services.Running().Count == 1 ? 1 : 0;

            await services.RunAsync(services.Control.StartAsync, "after", static request => request with { Wait = false });

            // Who starts an instance stands beside it for a moment.
            await ServiceFixture.UntilAsync(() => services.Running().Count == 2);
            Assert.DoesNotContain((await services.ProveAsync(SecretStage.Current)).Instances, static one => one.Holding == Holding.Unknown);

            // What is written down is true of what runs: whoever is said to have the new value has it.
            Assert.Equal(
                (await services.ProveAsync(SecretStage.Current)).Instances.Count(static one => one.Holding == Holding.Holds),
                services.Running().Count(pid => ServiceFixture.Read($"/proc/{pid}/environ").Contains($"SECRET=canary-value-{round}\0", StringComparison.Ordinal)));
        }

        // It was not for nothing: most were killed on the way, and some while an instance was down.
        TestContext.Current.SendDiagnosticMessage($"{Kills} operators, {finished} had finished within {longest.TotalMilliseconds:0} ms, {missing} left an instance missing.");
        Assert.InRange(finished, 1, Kills / 2);
        Assert.InRange(missing, 1, Kills);

        await services.StopAsync();
        Assert.Empty(services.Running());
    }

    [Fact]
    public async Task A_killed_operator_leaves_what_it_started_running()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        using var rival = await ReadyAsync(services, "start", "run");
        await rival.StandardInput.WriteLineAsync();
        await ServiceFixture.UntilAsync(() => services.Running().Count == 1 && ServiceFixture.Read($"/proc/{services.Running()[0]}/comm").StartsWith("sleep", StringComparison.Ordinal));
        var pid = services.Running()[0];

        rival.Kill(entireProcessTree: false);
        await rival.WaitForExitAsync(ServiceFixture.Cancellation);

        Assert.Equal(["1 Unchanged"], await services.RunAsync(services.Control.StartAsync, "start"));
        Assert.Equal([pid], services.Running());
        Assert.Equal(["1 Stopping", "1 Stopped"], await services.StopAsync());
    }

    [Fact]
    public async Task While_one_operator_works_the_other_is_told_who_and_since_when()
    {
        await using var services = ServiceFixture.Responders(1, ("HEALTHY_AFTER", "-1")).With("startTimeoutSeconds", 600);
        using var rival = await ReadyAsync(services, "start", "run");
        await rival.StandardInput.WriteLineAsync();
        Assert.Equal("1 Starting", await rival.StandardOutput.ReadLineAsync(ServiceFixture.Cancellation));

        // How long it waits follows from the file.
        services.With("startTimeoutSeconds", 1).With("stopTimeoutSeconds", 1);
        foreach (var work in (Func<Consumer, RestartRequest, StopRequest, IAsyncEnumerable<Outcome<InstanceEvent>>>[])
            [services.Control.StartAsync, services.Control.RestartAsync, services.Control.StopAsync])
        {
            var failure = await services.FailAsync(work);
            Assert.Equal(FailureCode.ConsumerBusy, failure.Code);
            Assert.Contains($"process {rival.Id}, since ", failure.Message, StringComparison.Ordinal);
        }

        rival.Kill();
        await rival.WaitForExitAsync(ServiceFixture.Cancellation);
        Assert.Equal(["1 Stopping", "1 Stopped"], await services.StopAsync());
    }

    [Fact]
    public async Task Whoever_waits_for_the_other_operator_goes_on_when_that_is_done()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        using var rival = await ReadyAsync(services, "restart", "one");
        await rival.StandardInput.WriteLineAsync();
        await rival.StandardOutput.ReadLineAsync(ServiceFixture.Cancellation);

        await services.RestartAsync("another");
        await rival.WaitForExitAsync(ServiceFixture.Cancellation);

        Assert.Equal(2, services.Running().Count);
    }

    private static async Task<Process> ReadyAsync(ServiceFixture services, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "operator", "Operator.dll"), services.ServicesPath, "service", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["CURRENT"] = System.Text.Encoding.UTF8.GetString(services.Values[SecretStage.Current]) },
        };
        var process = Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(ServiceFixture.Cancellation));
        return process;
    }
}
