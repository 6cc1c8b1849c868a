using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Aws.Tests.Rotations;

/// <summary>
/// Rotations whose process is killed (SIGKILL) at each request that they make to AWS, before it takes effect and after. Of each two points one is resumed and one is led back;
/// with ROTATESECRETS_KILL_POINTS=all each is both.
/// </summary>
public sealed class KillTests
{
    private const int Requests = 7;

    private static readonly bool[] Moments = [false, true];
    private static readonly string[] Ways = ["resume", "undo"];

    public static TheoryData<int, bool, string> Points =>
    [
        .. from request in Enumerable.Range(1, Requests)
           from isAfter in Moments
           from way in Ways
           where Environment.GetEnvironmentVariable("ROTATESECRETS_KILL_POINTS") == "all" || (request % 2 == 0) == (isAfter == (way == "undo"))
           select (request, isAfter, way),
    ];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_killed_rotation_goes_on_or_back_and_leaves_no_candidate_and_no_second_version(int request, bool isAfter, string way)
    {
        await using var sample = await KilledSample.StartAsync();
        Assert.Equal(KilledSample.Killed, (await sample.RunAsync("invoke", new KillPoint(null, request, isAfter))).ExitCode);

        var (exit, said) = await sample.RunAsync(way);
        if (said.Contains("RollbackImpossible", StringComparison.Ordinal))
        {
            // The old version's revocation was begun: there is one way left.
            Assert.Equal((Requests, "undo"), (request, way));
            (exit, said) = await sample.RunAsync("resume");
            way = "resume";
        }

        Assert.True(exit == 0, said);
        await CheckAsync(sample, way == "resume", said);
    }

    [Fact]
    public async Task A_way_back_that_is_killed_at_any_request_is_finished_by_the_next_run()
    {
        for (var request = 1; ; request++)
        {
            await using var sample = await KilledSample.StartAsync();
            Assert.Equal(KilledSample.Killed, (await sample.RunAsync("invoke", new KillPoint("UpdateSecretVersionStage", 1, IsAfter: true))).ExitCode);
            var (exit, said) = await sample.RunAsync("undo", new KillPoint(null, request, request % 2 == 0));
            if (exit == 0)
            {
                Assert.True(request > 4, said);
                await CheckAsync(sample, isNew: false, said);
                return;
            }

            Assert.Equal(KilledSample.Killed, exit);
            (exit, said) = await sample.RunAsync("undo");
            Assert.True(exit == 0, said);
            await CheckAsync(sample, isNew: false, said);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rotation_by_the_secrets_own_function_is_followed_by_the_next_run(bool isAfter)
    {
        await using var sample = await KilledSample.StartAsync("Delegated");
        sample.Change(static secret => secret with { RotationFunction = "arn:aws:lambda:eu-central-1:111122223333:function:rotate" });
        Assert.Equal(KilledSample.Killed, (await sample.RunAsync("invoke", new KillPoint("RotateSecret", 1, isAfter))).ExitCode);

        var (exit, said) = await sample.RunAsync("resume");

        Assert.True(exit == 0, said);
        var rotation = await sample.YoungestAsync();
        Assert.Equal(RotationState.Completed, rotation.State);
        Assert.Equal(2, sample.Versions.Count);
        Assert.Contains("AWSCURRENT", sample.Versions.Single(version => version.Id == rotation.Id).Labels);
    }

    private static async Task CheckAsync(KilledSample sample, bool isNew, string said)
    {
        var rotation = await sample.YoungestAsync();
        Assert.True(rotation.State == (isNew ? RotationState.Completed : RotationState.Undone), said);
        Assert.True(sample.Versions.Count <= 2, $"{sample.Versions.Count} versions");
        var current = Assert.Single(sample.Versions, static version => version.Labels.Contains("AWSCURRENT"));
        Assert.Equal(isNew, current.Text != KilledSample.Old);
        Assert.DoesNotContain(sample.Versions, version => version.Id != current.Id && version.Labels.Count > 0);
        Assert.True(!current.Labels.Contains("AWSPENDING") || isNew);
    }
}
