using System.Collections.Concurrent;

namespace RotateSecrets.GitHub.Tests.Rotations;

/// <summary>
/// Kills a rotation (SIGKILL) at requests that change something on GitHub, once they took effect and before they are answered, and has another process resume it, or undo it. Every fourth one is taken, or all of
/// them where ROTATESECRETS_KILL_POINTS is all.
/// </summary>
public sealed class KillTests
{
    private const int AtATime = 6;

    [Fact]
    public async Task A_killed_rotation_goes_on_or_back_at_requests_that_change_something()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL.");
        int points;
        await using (var whole = await KilledRotation.BuildAsync())
        {
            Assert.Null(await whole.RunKilledAsync(int.MaxValue));
            Assert.Null(whole.Flaw());
            points = whole.Writes;
        }

        Assert.InRange(points, 10, 40);
        var table = new ConcurrentDictionary<int, string>();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, points).Where(static point => Environment.GetEnvironmentVariable("ROTATESECRETS_KILL_POINTS") == "all" || point % 4 == 1),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = TestContext.Current.CancellationToken },
            async (point, _) =>
            {
                await using var killed = await KilledRotation.BuildAsync();
                var route = await killed.RunKilledAsync(point);
                var way = point / 4 % 2 == 1 ? "resume" : "undo";
                var said = await killed.RunAsync(way);

                // Once the new value is in force and the old one held nowhere, there is one way left.
                if (said.Contains("RollbackImpossible", StringComparison.Ordinal))
                {
                    said = await killed.RunAsync("resume");
                }

                var isEnded = said.Contains("STATE Completed", StringComparison.Ordinal) || said.Contains("STATE Undone", StringComparison.Ordinal) || said.Contains("has ended", StringComparison.Ordinal);
                if (route is null || !isEnded || killed.Flaw() is not null)
                {
                    table[point] = $"{point} {route} {way}: {killed.Flaw() ?? "whole"}\n{said}";
                }
            });
        Assert.True(table.IsEmpty, string.Join('\n', table.OrderBy(static one => one.Key).Select(static one => one.Value)));
    }
}
