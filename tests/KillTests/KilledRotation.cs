using System.Globalization;
using System.Text.RegularExpressions;
using RotateSecrets.Rotation.Records;

[assembly: CaptureConsole]

namespace KillTests;

/// <summary>
/// Kills a rotation by SIGKILL before and after each call that writes to its journal, and has another process resume it, or undo it. ROTATESECRETS_KILL_POINTS tells how many of the
/// points of each strategy are taken: a number (default: 10), all, or those from one on to another, as 100-110. ROTATESECRETS_KILL_SEED repeats a choice. The table is printed, and written beside the tests.
/// </summary>
public abstract partial class KilledRotation(ITestOutputHelper output)
{
    private const int KilledExitCode = 137;

    private readonly List<string> table = [];

    /// <summary>Kills it at its points, one after the other, on the same services under the same load.</summary>
    protected async Task KillAsync(string name, string strategy, string verb)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL.");
        await using var sample = await Sample.StartAsync(strategy);
        var (exit, said) = await sample.RotateAsync(verb);
        Assert.True(exit == 0 && BoundariesPattern().Match(said) is { Success: true }, said);
        var boundaries = int.Parse(BoundariesPattern().Match(said).Groups["number"].Value, CultureInfo.InvariantCulture);
        Assert.Equal(RotationState.Completed, (await sample.YoungestAsync())!.State);

        var violations = 0;
        foreach (var boundary in Chosen(boundaries))
        {
            violations += await KillAsync(sample, verb, boundary, boundary % 2 == 0 ? "resume" : "undo");
            await WriteAsync(string.Empty);
        }

        var orphans = await sample.StopAsync();
        var text = $"{name}: {table.Count} of {boundaries} points, {violations} violations, {orphans.Count} orphan processes\n{string.Join('\n', table)}";
        output.WriteLine(text);
        await WriteAsync(text);
        Assert.True(violations == 0 && orphans.Count == 0, text);

        // A long run can be followed, and one that was cut off is not lost.
        Task WriteAsync(string whole) => File.WriteAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, $"kills-{name}.txt"), whole.Length > 0 ? whole : string.Join('\n', table), TestContext.Current.CancellationToken);
    }

    private static IEnumerable<int> Chosen(int boundaries)
    {
        var wanted = Environment.GetEnvironmentVariable("ROTATESECRETS_KILL_POINTS") ?? "10";
        var seed = int.Parse(Environment.GetEnvironmentVariable("ROTATESECRETS_KILL_SEED") ?? "20", CultureInfo.InvariantCulture);
        var all = Enumerable.Range(0, boundaries);
        if (wanted == "all")
        {
            return all;
        }

        if (wanted.Split('-') is [var first, var last])
        {
            return all.Where(point => point >= int.Parse(first, CultureInfo.InvariantCulture) && point <= int.Parse(last, CultureInfo.InvariantCulture));
        }

        var points = all.ToArray();
        new Random(seed).Shuffle(points);
        return points.Take(int.Parse(wanted, CultureInfo.InvariantCulture)).Order();
    }

    private async Task<int> KillAsync(Sample sample, string verb, int boundary, string way)
    {
        using var old = await sample.CurrentAsync();
        var before = await sample.YoungestAsync();
        var (_, failedBefore) = await sample.SendAsync();
        var (exit, said) = await sample.RotateAsync(verb, boundary);
        var killed = await sample.YoungestAsync();
        var begun = killed?.Id == before?.Id ? null : killed;
        var done = way;
        if (begun is { HasEnded: false })
        {
            said += (await sample.RotateAsync(way)).Output;
            if (way == "undo" && said.Contains("RollbackImpossible", StringComparison.Ordinal))
            {
                done = "undo refused, resume";
                said += (await sample.RotateAsync("resume")).Output;
            }
        }
        else
        {
            done = begun is null ? "nothing was begun" : "nothing was left to do";
        }

        var ended = begun is null ? null : await sample.YoungestAsync();
        var violations = await sample.ViolationsAsync(ended, old);
        if (exit != KilledExitCode)
        {
            violations.Add($"it was not killed, and ended with {exit}");
        }

        var (_, failed) = await sample.SendAsync();
        if (failed > failedBefore)
        {
            violations.Add($"{failed - failedBefore} requests failed");
        }

        var last = begun?.Events[^1];
        table.Add(FormattableString.Invariant(
            $"{boundary,3} {(boundary % 2 == 0 ? "before" : "after "),-6} {$"{last?.Kind} {last?.StepKind}",-24} {done,-22} {ended?.State,-18} {(violations.Count == 0 ? "ok" : string.Join("; ", violations))}"));
        if (violations.Count > 0)
        {
            table.Add(said);
        }

        return violations.Count;
    }

    [GeneratedRegex("^boundaries: (?<number>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex BoundariesPattern();
}
