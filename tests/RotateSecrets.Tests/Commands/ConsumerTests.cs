using System.Management.Automation;
using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Secrets;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Commands;

public sealed class ConsumerTests : IDisposable
{
    private readonly HostedSession session = new();

    public ConsumerTests()
    {
        ResponderServices.Write(session);
        session.Run("$null = Connect-SecretStore -Local secrets.db -ServicesFile services.json; $null = New-SecretValue | Set-StoreSecret local:X").Clean();
    }

    public void Dispose()
    {
        session.Run("Get-Consumers | Stop-Consumer");
        session.Dispose();
    }

    [Fact]
    public void The_pipeline_composes_as_it_is_written()
    {
        session.Run("Get-Consumers | Start-Consumer").Clean();

        var report = session.Run("Get-Consumers | Restart-Consumer | Test-RotationHealth").Single<HealthReport>();
        Assert.True(report.Passed);
        Assert.Equal(2, report.Probes.Count);

        report = session.Run("New-SecretValue | Set-StoreSecret local:X -Stage Pending | Get-Consumers | Restart-Consumer | Test-RotationHealth").Single<HealthReport>();
        Assert.True(report.Passed);
        Assert.Equal("2", Assert.Single(report.Versions).Id);
        Assert.Equal("True", session.Run("Get-Consumers | Test-RotationHealth -Quiet").Single<bool>().ToString());
    }

    [Fact]
    public void Whatever_has_an_address_can_be_asked_about_and_a_version_goes_along_with_its_consumers()
    {
        Assert.Null(session.Run("[pscustomobject]@{ Address = 'local:X' } | Get-Consumer").Single<Consumer>().Version);
        Assert.Equal("1", session.Run("Get-StoreSecret local:X | Get-Consumer").Single<Consumer>().Version?.Id);
    }

    [Fact]
    public void A_version_that_was_verified_lets_its_predecessor_be_revoked()
    {
        session.Run("Get-Consumers | Start-Consumer").Clean();
        session.Run("$v = New-SecretValue | Set-StoreSecret local:X -Stage Pending; $null = $v | Get-Consumers | Restart-Consumer | Test-RotationHealth; $null = $v | Move-StoreSecret").Clean();

        var revoked = session.Run("Get-StoreSecret local:X -Stage Previous | Revoke-Secret -Confirm:$false").Single<SecretVersion>();

        Assert.Equal(SecretStage.Revoked, revoked.Stage);
    }

    [Fact]
    public void A_version_that_an_instance_depends_on_is_not_revoked()
    {
        session.Run("Get-Consumers | Start-Consumer").Clean();
        session.Run("$null = New-SecretValue | Set-StoreSecret local:X | Test-RotationHealth -Http (Get-Consumer).Health").Clean();

        var error = session.Run("Get-StoreSecret local:X -Stage Previous | Revoke-Secret -Confirm:$false").Error("StillInUse");

        Assert.Contains("2 of 2 instances of Process responder", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restarting_shows_how_far_it_is_and_how_long_it_takes()
    {
        session.Run("Get-Consumers | Start-Consumer").Clean();

        var progress = session.Run("$null = Get-Consumers | Restart-Consumer").Clean().Progress;

        Assert.Contains(progress, static record => record.PercentComplete == 50 && record.SecondsRemaining > 0);
        Assert.Equal(ProgressRecordType.Completed, progress[^1].RecordType);
    }

    [Fact]
    public void What_if_restarts_nothing()
    {
        session.Run("Get-Consumers | Start-Consumer").Clean();
        var before = Pids();
        session.Run("Get-Consumers | Restart-Consumer -WhatIf").Clean();
        session.Run("Get-Consumers | Stop-Consumer -WhatIf").Clean();
        Assert.Equal(before, Pids());
    }

    [Fact]
    public void Pass_thru_writes_the_consumer_in_place_of_the_result()
    {
        Assert.Equal("responder", session.Run("Get-Consumers | Start-Consumer -PassThru").Single<Consumer>().Name);
        Assert.IsType<ConsumerRestart>(session.Run("Get-Consumers | Restart-Consumer").Single<object>());
        Assert.IsType<Consumer>(session.Run("Get-Consumers | Restart-Consumer -PassThru").Single<object>());
    }

    [Fact]
    public void The_same_run_restarts_an_instance_once()
    {
        session.Run("Get-Consumers | Start-Consumer").Clean();
        session.Run("$null = Get-Consumers | Restart-Consumer -RunId run-1").Clean();
        var before = Pids();

        var again = session.Run("Get-Consumers | Restart-Consumer -RunId run-1").Single<ConsumerRestart>();

        Assert.Equal(before, Pids());
        Assert.All(again.Instances, static instance => Assert.Equal(InstancePhase.Unchanged, instance.Phase));
    }

    [Fact]
    public async Task Ctrl_C_ends_it_between_two_instances()
    {
        ResponderServices.Write(session, replicas: 3, healthyAfter: 700);
        session.Run("Get-Consumers | Start-Consumer").Clean();
        var before = Pids();
        using var shell = session.Pipeline("Get-Consumers | Restart-Consumer");
        var first = new TaskCompletionSource();
        shell.Streams.Progress.DataAdded += (_, _) => first.TrySetResult();
        var running = shell.BeginInvoke();
        await first.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await Task.Run(shell.Stop, TestContext.Current.CancellationToken);

        Assert.ThrowsAny<RuntimeException>(() => shell.EndInvoke(running));
        var after = Pids();
        Assert.Equal(3, after.Count);
        Assert.Equal(2, after.Intersect(before).Count());
        Assert.True(session.Run("Get-Consumers | Test-RotationHealth -Quiet").Single<bool>());
    }

    [Fact]
    public void A_services_file_with_errors_is_refused_at_once_with_its_places()
    {
        File.WriteAllText(Path.Combine(session.Folder, "bad.json"), """
            { "services": [ { "name": "x", "comand": ["true"],
                "secrets": [ { "address": "nowhere", "environment": "X" } ] } ] }
            """);
        var error = session.Run("Connect-SecretStore -Local other.db -ServicesFile bad.json").Error("DocumentInvalid");
        Assert.Contains("bad.json:1:32: a service has no 'comand'; did you mean 'command'?", error.Exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(session.Folder, "other.db")));
    }

    [Fact]
    public void No_consumer_is_a_warning()
    {
        session.Run("$null = New-SecretValue | Set-StoreSecret local:Y").Clean();
        Assert.Contains("No consumer of local:Y was found", Assert.Single(session.Run("Get-Consumers local:Y").Clean().Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_and_stores_complete_without_asking_anybody()
    {
        session.Run("$null = Get-StoreSecret local:X; $null = Connect-SecretStore -Local two.db -Name 'second'").Clean();
        Assert.Equal(["local:", "local:X", "second:"], Complete("Get-StoreSecret ").Order(StringComparer.Ordinal));
        Assert.Equal(["local:", "local:X"], Complete("Get-StoreSecret loc").Order(StringComparer.Ordinal));
        Assert.Equal(["second"], Complete("Disconnect-SecretStore s"));
        Assert.Equal(["Current", "Pending"], Complete("Set-StoreSecret local:X -Stage ").Order(StringComparer.Ordinal));
    }

    private IReadOnlyList<string> Complete(string line) => [.. session.Run(
        "$line = $args[0]; [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches | ForEach-Object { $_.CompletionText }", line)
        .All<string>()];

    private IReadOnlyList<string> Pids() => [.. Directory.EnumerateFiles(Path.Combine(session.Folder, ".rotatesecrets", "responder"), "*.pid")
        .Select(File.ReadAllText).Order(StringComparer.Ordinal)];
}
