using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using RotateSecrets.Local.Processes;
using RotateSecrets.Local.Replicas;
using RotateSecrets.Local.Tests.Replicas;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Processes;

[UnsupportedOSPlatform("windows")]
public sealed class LaunchTests
{
    private const string Canary = "canary-value-one";

    [Fact]
    public async Task An_instance_has_a_session_of_its_own_and_nothing_open_but_its_log()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        await services.StartAsync();
        var pid = Assert.Single(services.Running());

        Assert.Equal(pid, ProcessStat.Of(pid)!.Session);
        Assert.NotEqual(ProcessStat.Of(Environment.ProcessId)!.Session, pid);
        var log = Path.Combine(services.StateFolder, "1.log");
        using var byHand = Process.Start("sleep", "1000");
        try
        {
            // Whoever runs the tests may have left something open to all of its descendants.
            Assert.Equal([(0, "/dev/null"), (1, log), (2, log)], Open(pid).Except(Open(byHand.Id).Where(static one => one.File > 2)));
        }
        finally
        {
            byHand.Kill();
        }

        static IEnumerable<(int File, string? Target)> Open(int pid) =>
            Directory.GetFiles($"/proc/{pid}/fd").Select(static file => (int.Parse(Path.GetFileName(file)), new FileInfo(file).LinkTarget)).Order();
    }

    [Fact]
    public async Task An_instance_takes_every_signal_as_if_it_had_been_started_by_hand()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        await services.StartAsync();

        using var byHand = Process.Start("sleep", "1000");
        try
        {
            Assert.Equal(Signals(byHand.Id), Signals(Assert.Single(services.Running())));
        }
        finally
        {
            byHand.Kill();
        }

        static IEnumerable<string> Signals(int pid) => ServiceFixture.Read($"/proc/{pid}/status").Split('\n').Where(static line => line.StartsWith("SigIgn", StringComparison.Ordinal) || line.StartsWith("SigBlk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_is_in_the_environment_and_nowhere_else()
    {
        await using var services = ServiceFixture.Responders(2);
        services.Give(SecretStage.Pending, "canary-value-two");
        var watched = new List<string>();
        using var watching = new CancellationTokenSource();
        var watcher = Task.Run(Watch, ServiceFixture.Cancellation);
        await services.StartAsync();
        await services.RestartAsync("run");
        await watching.CancelAsync();
        await watcher;

        Assert.Empty(watched);
        Assert.All(services.Running(), static pid => Assert.Contains($"SECRET={Canary}\0", ServiceFixture.Read($"/proc/{pid}/environ"), StringComparison.Ordinal));
        await services.StopAsync();
        Assert.All(
            Directory.EnumerateFiles(services.Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }),
            static file => Assert.DoesNotContain("canary", ServiceFixture.Read(file), StringComparison.Ordinal));

        // Every command line there is while instances are started, the launching shell's too.
        void Watch()
        {
            while (!watching.IsCancellationRequested)
            {
                watched.AddRange(Directory.EnumerateDirectories("/proc")
                    .Select(static folder => ServiceFixture.Read(Path.Combine(folder, "cmdline")))
                    .Where(static line => line.Contains("canary", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public async Task What_is_written_down_is_for_the_owner_alone()
    {
        await using var services = ServiceFixture.Script("umask; exec sleep 1000").With("secrets", new JsonArray(new JsonObject { ["address"] = "local:X", ["file"] = "run/x" }));
        await services.StartAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(services.StateFolder));
        Assert.All(
            ((string[])["1.json", "1.1.pid", "1.log"]).Select(name => Path.Combine(services.StateFolder, name)).Append(Path.Combine(services.Folder, "run", "x")),
            static file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(Canary, ServiceFixture.Read(Path.Combine(services.Folder, "run", "x")));

        // The service itself writes as its owner is used to.
        Assert.NotEqual("0077", ServiceFixture.Read(Path.Combine(services.StateFolder, "1.log")).Trim());
    }

    [Fact]
    public async Task A_command_reaches_the_program_character_by_character()
    {
        string[] arguments = ["a b", "$HOME `id` $(id)", "'\"\\", "*", "", "-e", "two\nlines", "{{port}}"];
        await using var services = ServiceFixture.Script(string.Empty)
            .With("command", new JsonArray([(JsonNode)"/bin/sh", "-c", "printf '<%s>' \"$@\"; exec sleep 1000", "sh", .. arguments.Select(static one => (JsonNode)one)]));
        await services.StartAsync();

        Assert.Equal(string.Concat(arguments.SkipLast(1).Append("{port}").Select(static one => $"<{one}>")), ServiceFixture.Read(Path.Combine(services.StateFolder, "1.log")));
    }

    [Fact]
    public async Task A_launch_that_somebody_gave_up_does_not_come_true_later()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        await services.StartAsync();
        await services.StopAsync();

        // Somebody wrote down what generation 2 would be started with, and died. The launch is still on its way while somebody else starts the service.
        var folder = new ReplicaFolder(services.StateFolder);
        var record = ReplicaRecord.Read(folder.Record(1))!;
        (record with { Generation = 2 }).Write(folder.Record(1));
        Assert.Equal(Consumers.Holding.Unknown, Assert.Single((await services.ProveAsync(SecretStage.Current)).Instances).Holding);
        await services.StartAsync();
        var running = services.Running();
        using var late = Launch(services, folder, 2);
        await late.WaitForExitAsync(ServiceFixture.Cancellation).WaitAsync(TimeSpan.FromMinutes(1), ServiceFixture.Cancellation);

        Assert.Equal(125, late.ExitCode);
        Assert.Equal(running, services.Running());
    }

    [Fact]
    public async Task A_launch_that_came_true_after_its_operator_died_is_adopted()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        await services.StartAsync();
        await services.StopAsync();
        var folder = new ReplicaFolder(services.StateFolder);
        var record = ReplicaRecord.Read(folder.Record(1))!;
        (record with { Generation = 2 }).Write(folder.Record(1));
        using var child = Launch(services, folder, 2);
        await ServiceFixture.UntilAsync(() => folder.IsDecided(1, 2));

        Assert.Equal(["1 Unchanged"], await services.RunAsync(services.Control.StartAsync, "start"));
        Assert.Equal(child.Id, Assert.Single(services.Running()));
        Assert.True((await services.ProveAsync(SecretStage.Current)).IsProven);
        Assert.Equal(["1 Stopping", "1 Stopped"], await services.StopAsync());
    }

    [Fact]
    public async Task Dead_generations_leave_nothing_behind()
    {
        await using var services = ServiceFixture.Script("exec sleep 1000");
        for (var run = 0; run < 3; run++)
        {
            await services.RestartAsync($"run {run}", static request => request with { Wait = false });
        }

        await ServiceFixture.UntilAsync(() => Files().All(static name => !name!.Contains(".pid.", StringComparison.Ordinal)));
        Assert.Equal(["1.3.pid", "1.json", "1.log", "lock", "lock.holder"], Files());

        IEnumerable<string?> Files() => Directory.GetFiles(services.StateFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    private static Process Launch(ServiceFixture services, ReplicaFolder folder, int generation) => ProcessLauncher.Launch(
        ["sleep", "1000"],
        services.Folder,
        folder.Log(1),
        folder.ProcessFile(1, generation),
        environment => environment[ProcessSession.MarkerVariable] = folder.ProcessFile(1, generation))!;
}
