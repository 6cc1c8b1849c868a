using RotateSecrets.Consumers;
using RotateSecrets.Local.Services;
using RotateSecrets.Local.Units;

namespace RotateSecrets.Local.Tests.Units;

public sealed class UnitTests(UserManager manager) : IClassFixture<UserManager>
{
    [Fact]
    public async Task A_unit_is_restarted_with_the_new_value_and_that_is_proven()
    {
        Assert.SkipWhen(manager.Missing is not null, manager.Missing ?? string.Empty);
        await using var unit = await UnitFixture.CreateAsync();
        Assert.Equal(["Starting", "Healthy"], await unit.RunAsync(unit.Control.StartAsync, "start"));
        var before = await unit.HeldAsync();
        Assert.Equal(Holding.Holds, (await unit.ProveAsync()).Holding);

        unit.Value = "canary-value-two";
        Assert.Equal(Holding.Lacks, (await unit.ProveAsync()).Holding);
        Assert.Equal(["Starting", "Healthy"], await unit.RunAsync(unit.Control.RestartAsync, "run"));

        Assert.NotEqual(before, await unit.HeldAsync());
        Assert.Equal(Holding.Holds, (await unit.ProveAsync()).Holding);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(unit.SecretPath) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_unit_is_restarted_once_a_run()
    {
        Assert.SkipWhen(manager.Missing is not null, manager.Missing ?? string.Empty);
        await using var unit = await UnitFixture.CreateAsync();
        await unit.RunAsync(unit.Control.StartAsync, "start");

        Assert.Equal(["Starting", "Healthy"], await unit.RunAsync(unit.Control.RestartAsync, "run"));
        Assert.Equal(["Unchanged"], await unit.RunAsync(unit.Control.RestartAsync, "run"));
        Assert.Equal(["Started"], await unit.RunAsync(unit.Control.RestartAsync, "another", wait: false));
    }

    [Fact]
    public async Task A_restart_by_somebody_else_counts_and_a_changed_file_makes_it_unknown()
    {
        Assert.SkipWhen(manager.Missing is not null, manager.Missing ?? string.Empty);
        await using var unit = await UnitFixture.CreateAsync();
        await unit.RunAsync(unit.Control.StartAsync, "start");
        await UserManager.AskAsync("restart", unit.Unit);
        Assert.Equal(Holding.Holds, (await unit.ProveAsync()).Holding);

        await File.WriteAllTextAsync(unit.SecretPath, "SECRET=somebody-elses", TestContext.Current.CancellationToken);

        var (holding, evidence) = await unit.ProveAsync();
        Assert.Equal(Holding.Unknown, holding);
        Assert.Contains("local:X is not where it was written any more", evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_that_fails_says_why_without_the_secret()
    {
        Assert.SkipWhen(manager.Missing is not null, manager.Missing ?? string.Empty);
        await using var unit = await UnitFixture.CreateAsync("ExecStart=/bin/sh -c 'echo my secret is $SECRET; exit 7'");

        var phases = await unit.RunAsync(unit.Control.StartAsync, "start");

        Assert.Equal("Starting", phases[0]);
        Assert.StartsWith($"InstanceUnhealthy: {unit.Unit} is not well: it is failed (exit-code).", phases[1], StringComparison.Ordinal);
        Assert.DoesNotContain("canary", phases[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_is_stopped_and_one_that_is_not_there_is_named()
    {
        Assert.SkipWhen(manager.Missing is not null, manager.Missing ?? string.Empty);
        await using var unit = await UnitFixture.CreateAsync();
        await unit.RunAsync(unit.Control.StartAsync, "start");

        Assert.Equal(["Stopping", "Stopped"], await unit.RunAsync(unit.Control.StopAsync, "stop"));
        Assert.Equal(["Unchanged"], await unit.RunAsync(unit.Control.StopAsync, "stop"));

        await UserManager.AskAsync("disable", "--runtime", unit.Unit);
        var missing = Assert.Single(await unit.RunAsync(unit.Control.StartAsync, "again"));
        Assert.StartsWith($"ConsumerNotFound: The user's systemd has no unit {unit.Unit}", missing, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_the_unit_could_not_read_is_refused_before_it_is_touched()
    {
        var service = new Service("service", ServiceKind.SystemdUnit)
        {
            Unit = "x.service",
            Secrets = [new SecretBinding(Secrets.SecretAddress.Parse("local:X"), Secrets.SecretStage.Current, Variable: null, "/etc/x.secret", Uptake.Restart)],
        };
        var state = new UnitState("loaded", "active", "0a") { User = "somebody" };

        var failure = UnitReader.Flaw(service, state);

        Assert.Equal(Outcomes.FailureCode.AccessDenied, failure?.Code);
        Assert.Contains("LoadCredential=NAME:/etc/x.secret", failure?.Remedy, StringComparison.Ordinal);
        Assert.Null(UnitReader.Flaw(service, state with { User = Environment.UserName }));
    }
}
