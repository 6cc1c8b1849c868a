using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Aws.Tests.Rotations;

/// <summary>Whole rotations of a parameter, in processes of their own that are killed (SIGKILL) at each request that they make, before it takes effect and after.</summary>
public sealed class ParameterRotationTests
{
    public static TheoryData<bool, string> Kinds => new() { { true, "Staged" }, { false, "Overwrite" } };

    public static TheoryData<bool, string> AllKinds => new() { { true, "Staged" }, { false, "Overwrite" }, { true, "Automatic" }, { false, "Automatic" } };

    [Theory]
    [MemberData(nameof(AllKinds))]
    public async Task A_parameter_is_rotated_by_plan_and_the_next_time_too(bool isLabelled, string strategy)
    {
        await using var sample = await KilledSample.StartWithParameterAsync(isLabelled, strategy);
        for (var turn = 1; turn <= 2; turn++)
        {
            var (exit, said) = await sample.RunAsync("invoke");
            Assert.True(exit == 0, said);
            await CheckAsync(sample, isLabelled, isNew: true, said);
        }

        Assert.Equal(3, Versions(sample).Count);
        Assert.Matches("The store was sent [0-9]+ requests", (await sample.YoungestAsync()).Steps[^1].Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_rotation_of_a_parameter_is_undone(bool isLabelled, string strategy)
    {
        await using var sample = await KilledSample.StartWithParameterAsync(isLabelled, strategy);
        var last = isLabelled ? new KillPoint("UnlabelParameterVersion", 1, IsAfter: true) : new KillPoint("LabelParameterVersion", 1, IsAfter: true);
        Assert.Equal(KilledSample.Killed, (await sample.RunAsync("invoke", last)).ExitCode);
        Assert.NotEqual(KilledSample.Old, Current(sample, isLabelled));

        var (exit, said) = await sample.RunAsync("undo");

        Assert.True(exit == 0, said);
        await CheckAsync(sample, isLabelled, isNew: false, said);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Killed_at_whichever_request_it_goes_on_or_back_mints_no_second_version_and_the_next_run_is_not_blocked(bool isLabelled, string strategy)
    {
        var all = Environment.GetEnvironmentVariable("ROTATESECRETS_KILL_POINTS") == "all";

        // The first of a staged one looks whether a candidate can wait, before anything is begun.
        for (var request = strategy == "Staged" ? 2 : 1; ; request += all ? 1 : 3)
        {
            // Of the requests and the four ways to go through each, all are taken with ROTATESECRETS_KILL_POINTS=all, else a sample.
            for (var way = all ? 0 : request % 4; way < 4; way += all ? 1 : 4)
            {
                var (isAfter, verb) = (way % 2 == 1, way < 2 ? "resume" : "undo");
                await using var sample = await KilledSample.StartWithParameterAsync(isLabelled, strategy);
                if ((await sample.RunAsync("invoke", new KillPoint(null, request, isAfter))).ExitCode != KilledSample.Killed)
                {
                    Assert.True(request > 8, $"{request - 1} requests");
                    return;
                }

                var (exit, said) = await sample.RunAsync(verb);
                if (said.Contains("RollbackImpossible", StringComparison.Ordinal))
                {
                    (exit, said) = await sample.RunAsync(verb = "resume");
                }

                said = $"request {request}, {(isAfter ? "after" : "before")} it, {verb}: {said}";
                Assert.True(exit == 0, said);
                await CheckAsync(sample, isLabelled, isNew: verb == "resume", said);
                Assert.True(Versions(sample).Count <= (isLabelled || verb == "resume" ? 2 : 3), said);

                (exit, said) = await sample.RunAsync("invoke");
                Assert.True(exit == 0, said);
                await CheckAsync(sample, isLabelled, isNew: true, $"the next run after a kill at request {request}: {said}");
            }
        }
    }

    private static IReadOnlyList<(long Number, string Value, IReadOnlyList<string> Labels)> Versions(KilledSample sample) => sample.Server.Parameters.Versions(KilledSample.Parameter.Path);

    // What readers get.
    private static string Current(KilledSample sample, bool isLabelled) =>
        (isLabelled ? Versions(sample).Single(static version => version.Labels.Contains("Current")) : Versions(sample)[^1]).Value;

    private static async Task CheckAsync(KilledSample sample, bool isLabelled, bool isNew, string said)
    {
        var rotation = await sample.YoungestAsync();
        Assert.True(rotation.State == (isNew ? RotationState.Completed : RotationState.Undone), said);
        Assert.True(isNew != (Current(sample, isLabelled) == KilledSample.Old), said);
        Assert.DoesNotContain(Versions(sample), static version => version.Labels.Contains("Pending"));
        if (isLabelled)
        {
            Assert.DoesNotContain(Versions(sample), static version => version.Labels.Count > 0 && !version.Labels.Contains("Current"));
        }
    }
}
