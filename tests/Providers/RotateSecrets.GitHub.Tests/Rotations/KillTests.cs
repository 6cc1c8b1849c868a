using System.Collections.Concurrent;

namespace RotateSecrets.GitHub.Tests.Rotations;

/// <summary>Kills a rotation (SIGKILL) at each request that changes something on GitHub, once it took effect and before it is answered, and has another process resume it, or undo it.</summary>
public sealed class KillTests
{
    private const int AtATime = 4;

    [Fact]
    public async Task A_killed_rotation_goes_on_or_back_at_every_request_that_changes_something()
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
            Enumerable.Range(1, points),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = TestContext.Current.CancellationToken },
            async (point, _) =>
            {
                await using var killed = await KilledRotation.BuildAsync();
                var route = await killed.RunKilledAsync(point);
                var way = point % 2 == 0 ? "resume" : "undo";
                var said = await killed.RunAsync(way);
                var isEnded = said.Contains("STATE Completed", StringComparison.Ordinal) || said.Contains("STATE Undone", StringComparison.Ordinal) || said.Contains("has ended", StringComparison.Ordinal);
                if (route is null || !isEnded || killed.Flaw() is not null)
                {
                    table[point] = $"{point} {route} {way}: {killed.Flaw() ?? "whole"}\n{said}";
                }
            });
        Assert.True(table.IsEmpty, string.Join('\n', table.OrderBy(static one => one.Key).Select(static one => one.Value)));
    }
}
