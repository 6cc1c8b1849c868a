using System.Diagnostics;
using System.Globalization;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using Rotator;

namespace RotateSecrets.Benchmarks;

/// <summary>Takes up a rotation that was killed, from a journal with 100,000 finished ones, in a fresh process: the seconds until its first step.</summary>
internal sealed class ResumeBenchmark : Benchmark
{
    private const int Finished = 100_000;
    private const string KilledAt = "30";

    public override string Compared => "seconds from the start of the process to the first step of a resumed rotation, after 100,000 finished ones / 1";

    public override string Bound => "<= 1.000";

    public override bool Holds(double ratio) => ratio <= 1;

    /// <summary>The work itself, in a process of its own: says the seconds.</summary>
    public static async Task<int> ResumeAsync(string folder, string id)
    {
        await using var world = await World.OpenAsync(folder);
        await foreach (var happened in world.Runner.ResumeAsync(id, new RotationOptions(), default))
        {
            if (World.Of(happened).Kind == RotationEventKind.StepBegun)
            {
                using var self = Process.GetCurrentProcess();
                Console.WriteLine((DateTime.UtcNow - self.StartTime.ToUniversalTime()).TotalSeconds.ToString(CultureInfo.InvariantCulture));
                break;
            }
        }

        return 0;
    }

    public override double Ratio()
    {
        // In memory where that can be had: 400,000 commits to a disk take minutes.
        var parent = Directory.Exists("/dev/shm") ? "/dev/shm" : AppContext.BaseDirectory;
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"rotatesecrets-resume-{Guid.NewGuid():n}")).FullName;
        try
        {
            return RatioAsync(folder).Result;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours()
    {
        // Measured in a process of its own.
    }

    protected override void Theirs()
    {
        // There is nothing to compare it with but a second.
    }

    private static async Task<double> RatioAsync(string folder)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "plan.json"), """{ "Address": "local:X" }""");
        string killed;
        await using (var world = await World.OpenAsync(folder))
        {
            using var value = SecretValue.FromText("a value of no importance");
            World.Of(await world.Store.PutAsync(new PutRequest(SecretAddress.Parse("local:X"), value, SecretStage.Current, "first"), CancellationToken.None));
            Say(Path.Combine(AppContext.BaseDirectory, "Rotator.dll"), folder, "invoke", KilledAt);
            killed = World.Of(await FirstAsync(world.Journal.ListAsync(new RotationQuery(), CancellationToken.None)));
            await FillAsync(world.Journal);
        }

        return double.Parse(Say(typeof(ResumeBenchmark).Assembly.Location, "resume", folder, killed), CultureInfo.InvariantCulture);
    }

    private static async Task FillAsync(KilledJournal journal)
    {
        for (var i = 0; i < Finished; i++)
        {
            var id = Guid.NewGuid().ToString("N");
            var lease = World.Of(await journal.TakeAsync(string.Create(CultureInfo.InvariantCulture, $"key {i % 1000}"), id, TimeSpan.FromMinutes(1), CancellationToken.None));
            var now = TimeProvider.System.GetUtcNow();
            World.Of(await journal.AppendAsync(new RotationEvent(id, now, RotationEventKind.Begun), RotationState.Running, lease, CancellationToken.None));
            World.Of(await journal.AppendAsync(new RotationEvent(id, now, RotationEventKind.Ended), RotationState.Completed, lease, CancellationToken.None));
            World.Of(await journal.ReleaseAsync(lease, CancellationToken.None));
        }
    }

    private static async Task<T> FirstAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var item in items)
        {
            return item;
        }

        throw new InvalidOperationException("There is none.");
    }

    private static string Say(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}
