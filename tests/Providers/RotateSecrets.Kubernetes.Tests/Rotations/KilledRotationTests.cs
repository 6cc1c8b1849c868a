using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Local;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Kubernetes.Tests.Rotations;

/// <summary>
/// Kills a rotation in a cluster by SIGKILL before and after calls that write to its journal, and has another process resume it, or undo it. ROTATESECRETS_KILL_POINTS tells how many
/// of the points are taken: a number (default: 4), all, or those from one to another, such as 40-80.
/// </summary>
public sealed partial class KilledRotationTests(ITestOutputHelper output)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StrategyKind.Overwrite)]
    [InlineData(StrategyKind.SideBySide)]
    public async Task Wherever_it_is_killed_it_comes_to_one_value_that_everybody_has(StrategyKind strategy)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL.");
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "the old value, long enough"u8.ToArray()));
        await cluster.CreateAsync(cluster.Namespace, "Deployment", "web", Manifest.Running("web", 2, Manifest.WithVariable("token")));
        await cluster.CreateAsync(cluster.Namespace, "StatefulSet", "db", Manifest.StatefulSet("db", 2, Manifest.WithVariable("token")));
        await ReadyAsync(cluster);
        var folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
        try
        {
            File.Copy(TestCluster.KubeConfig, Path.Combine(folder, "kubeconfig"));
            await File.WriteAllTextAsync(Path.Combine(folder, "plan.json"), new JsonObject { ["Address"] = cluster.Address("token").ToString(), ["Strategy"] = strategy.ToString() }.ToJsonString(), Cancellation);
            var (exit, said) = await RotateAsync(folder, "invoke", -1);
            Assert.True(exit == 0 && Boundaries().IsMatch(said), said);
            var boundaries = int.Parse(Boundaries().Match(said).Groups["number"].Value, CultureInfo.InvariantCulture);
            foreach (var boundary in Chosen(boundaries))
            {
                await KillAsync(cluster, folder, boundary, boundary % 2 == 0 ? "resume" : "undo");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task KillAsync(TestCluster cluster, string folder, int boundary, string way)
    {
        var before = (await RotationTests.HeldAsync(cluster))[cluster.Namespace].Single();
        var last = await YoungestAsync(folder);
        var (_, said) = await RotateAsync(folder, "invoke", boundary);
        if (await YoungestAsync(folder) is { HasEnded: false } killed && killed.Id != last?.Id)
        {
            var (_, more) = await RotateAsync(folder, way, -1);
            said += more;
            if (way == "undo" && more.Contains("RollbackImpossible", StringComparison.Ordinal))
            {
                said += (await RotateAsync(folder, "resume", -1)).Output;
            }
        }

        var ended = await YoungestAsync(folder);
        await ReadyAsync(cluster);
        var held = (await RotationTests.HeldAsync(cluster))[cluster.Namespace];
        var line = $"{boundary} {way}: {(ended?.Id == last?.Id ? "nothing was begun" : ended?.State.ToString())}";
        output.WriteLine(line);
        Assert.True(ended is null or { State: RotationState.Completed or RotationState.Undone }, $"{line}\n{said}");
        Assert.True(held.Count == 1 && (held.Single() != before) == (ended?.Id != last?.Id && ended?.State == RotationState.Completed), $"{line}: {string.Join(", ", held)}, before {before}\n{said}");
        Assert.Single(await cluster.SecretNamesAsync(cluster.Namespace, "token"));
    }

    private static async Task ReadyAsync(TestCluster cluster)
    {
        await cluster.ReadyAsync(cluster.Namespace, "Deployment/web", 2);
        await cluster.ReadyAsync(cluster.Namespace, "StatefulSet/db", 2);
    }

    private static IEnumerable<int> Chosen(int boundaries)
    {
        var wanted = Environment.GetEnvironmentVariable("ROTATESECRETS_KILL_POINTS") ?? "4";
        var points = Enumerable.Range(0, boundaries).ToArray();
        if (wanted.Split('-') is [var first, var last])
        {
            return points.Where(point => point >= int.Parse(first, CultureInfo.InvariantCulture) && point <= int.Parse(last, CultureInfo.InvariantCulture));
        }

        if (wanted != "all")
        {
            new Random(7).Shuffle(points);
            points = points[..Math.Min(points.Length, int.Parse(wanted, CultureInfo.InvariantCulture))];
        }

        return points.Order();
    }

    private static async Task<SecretRotation?> YoungestAsync(string folder)
    {
        await using var journal = TestCluster.Value(await new LocalProvider().OpenJournalAsync(Path.Combine(folder, "journal.db"), TimeProvider.System, Cancellation));
        await foreach (var listed in journal.ListAsync(new RotationQuery { Limit = 1 }, Cancellation))
        {
            var id = TestCluster.Value(listed);
            return SecretRotation.Of(id, TestCluster.Value(await journal.ReadAsync(id, Cancellation)));
        }

        return null;
    }

    private static async Task<(int Exit, string Output)> RotateAsync(string folder, string verb, int boundary)
    {
        var rotator = typeof(KilledRotationTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key == "rotator").Value!;
        var start = new ProcessStartInfo("dotnet", [rotator, folder, verb, boundary.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var said = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, said + await errors);
    }

    [GeneratedRegex("^boundaries: (?<number>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Boundaries();
}
