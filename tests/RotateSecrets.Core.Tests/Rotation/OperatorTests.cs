using RotateSecrets.Consumers;
using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>What operators do to rotations: stop them, refuse, change their minds, come second, write in between.</summary>
public sealed class OperatorTests
{
    private readonly World world = new(Scenario.All[0], FaultSchedule.None);

    [Fact]
    public async Task Who_refuses_the_revocation_may_still_go_back()
    {
        await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options with { ApproveRevocation = static _ => Task.FromResult(false) }, default));
        var stopped = Only();
        Assert.Equal(RotationState.Stopped, stopped.State);

        await RunAsync(runner => runner.UndoAsync(stopped.Id, world.Scenario.Options, default));

        Assert.Equal(RotationState.Undone, Only().State);
        Assert.Equal(world.Initial, world.Store.Current(Scenario.Home)!.Fingerprint);
        Assert.Empty(world.Watch.Violations);
    }

    [Fact]
    public async Task After_the_revocation_was_begun_there_is_no_way_back_and_the_rotation_can_go_on()
    {
        world.Faults.Persistent = ("revoke", FaultKind.KilledAfter);
        await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default));
        world.Faults.Persistent = null;

        var failures = await RunAsync(runner => runner.UndoAsync(Only().Id, world.Scenario.Options, default));

        Assert.Equal(FailureCode.RollbackImpossible, Assert.Single(failures).Code);
        await RunAsync(runner => runner.ResumeAsync(Only().Id, world.Scenario.Options, default));
        Assert.Equal(RotationState.Completed, Only().State);
    }

    [Fact]
    public async Task A_value_that_nobody_holds_is_not_tried_to_be_put_back()
    {
        var blind = new World(Scenario.All.Single(static scenario => scenario.Name == "side by side, blind"), FaultSchedule.None);
        await RunAsync(
            runner => runner.RunAsync([blind.Scenario.Plan], blind.Scenario.Options with { ApproveRevocation = static _ => Task.FromResult(false) }, default), blind);
        var id = blind.Journal.Rotations.Keys.Single();

        var failures = await RunAsync(runner => runner.UndoAsync(id, blind.Scenario.Options, default), blind);

        Assert.Equal(FailureCode.RollbackImpossible, Assert.Single(failures).Code);
        await RunAsync(runner => runner.ResumeAsync(id, blind.Scenario.Options, default), blind);
        Assert.Equal(RotationState.Completed, blind.Journal.Record(id).State);
        Assert.Empty(blind.Watch.Violations);
    }

    [Fact]
    public async Task What_somebody_else_made_current_meanwhile_stays()
    {
        world.Faults.Persistent = ("promote", FaultKind.KilledBefore);
        await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default));
        world.Faults.Persistent = null;
        using var other = SecretValue.FromText("what somebody else wrote by hand");
        world.Store.Put(new PutRequest(Scenario.Home, other, SecretStage.Current, "by hand"));

        await RunAsync(runner => runner.ResumeAsync(Only().Id, world.Scenario.Options, default));

        Assert.Equal(RotationState.Undone, Only().State);
        Assert.Equal(other.Fingerprint, world.Store.Current(Scenario.Home)!.Fingerprint);
        Assert.DoesNotContain(world.Store.Of(Scenario.Home), static version => version.Stage == SecretStage.Pending);
        Assert.All(world.Services.SelectMany(static service => service.Instances), instance => Assert.True(instance.Holds(other.Fingerprint), instance.Name));
    }

    [Fact]
    public async Task The_second_of_two_operators_is_told_who_has_it_and_since_when()
    {
        world.Faults.Persistent = ("promote", FaultKind.SuspendedBefore);
        var first = new OperatorProcess("alice");
        var running = RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default), process: first);
        await first.Suspension.Task;
        world.Faults.Persistent = null;

        var failure = Assert.Single(await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default)));

        Assert.Equal(FailureCode.LeaseHeld, failure.Code);
        Assert.Contains("alice, since 2026-01-05 09:00:", failure.Message, StringComparison.Ordinal);
        first.Wake();
        await running;
        Assert.Equal(RotationState.Completed, Only().State);
    }

    [Fact]
    public async Task A_rotation_that_has_not_ended_is_gone_on_with_and_not_begun_again()
    {
        world.Faults.Persistent = ("promote", FaultKind.KilledBefore);
        await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default));
        world.Faults.Persistent = null;

        var same = Assert.Single(await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default)));
        var edited = Assert.Single(await RunAsync(runner => runner.RunAsync([world.Scenario.Plan with { Owner = "somebody" }], world.Scenario.Options, default)));

        Assert.Equal(FailureCode.RotationUnfinished, same.Code);
        Assert.Equal(FailureCode.PlanChanged, edited.Code);
        Assert.Contains(Only().Id, edited.Remedy, StringComparison.Ordinal);
        Assert.False(world.Journal.IsHeld(World.Key));
    }

    [Fact]
    public async Task Whoever_stops_it_at_a_safe_point_finds_it_where_it_was()
    {
        using var stop = new CancellationTokenSource();
        var options = world.Scenario.Options with
        {
            ApproveRevocation = async _ =>
            {
                await stop.CancelAsync();
                return true;
            },
        };

        await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], options, new StopRequest(stop.Token, default)));

        Assert.Equal(RotationState.Stopped, Only().State);
        await RunAsync(runner => runner.ResumeAsync(Only().Id, world.Scenario.Options, default));
        Assert.Equal(RotationState.Completed, Only().State);
        Assert.Empty(world.Watch.Violations);
    }

    [Fact]
    public async Task What_somebody_else_ended_between_the_reading_and_the_taking_is_not_gone_on_with()
    {
        world.Faults.Persistent = ("promote", FaultKind.KilledBefore);
        await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default));
        world.Faults.Persistent = null;
        var late = new OperatorProcess("late");
        var failures = new List<Failure>();
        var resuming = DrainAsync(world.Runner(late, sleepsAfterReading: true).ResumeAsync(Only().Id, world.Scenario.Options, default), failures);
        await late.Suspension.Task;
        await RunAsync(runner => runner.ResumeAsync(Only().Id, world.Scenario.Options, default));
        var events = world.Journal.Events.Count;

        late.Wake();
        await resuming;

        Assert.Equal(FailureCode.RotationNotFound, Assert.Single(failures).Code);
        Assert.Equal((RotationState.Completed, events), (Only().State, world.Journal.Events.Count));
        Assert.False(world.Journal.IsHeld(World.Key));
    }

    [Theory]
    [InlineData("staged")]
    [InlineData("overwrite, one value")]
    [InlineData("rename, one value")]
    public async Task The_way_back_may_die_at_each_entry_and_be_asked_for_again(string name)
    {
        for (var entry = 1; ; entry++)
        {
            var one = new World(Scenario.All.Single(scenario => scenario.Name == name), FaultSchedule.None);
            one.Faults.Persistent = ("probe", FaultKind.KilledBefore);
            await RunAsync(runner => runner.RunAsync([one.Scenario.Plan], one.Scenario.Options with { Emergency = true }, default), one);
            one.Faults.Persistent = null;
            var id = one.Journal.Rotations.Keys.Single();
            var process = new OperatorProcess("operator");
            await Task.WhenAny(DrainAsync(one.Runner(process, killAfter: entry).UndoAsync(id, one.Scenario.Options, default), []), process.Death);
            if (process.IsAlive)
            {
                Assert.Equal(RotationState.Undone, one.Journal.Record(id).State);
                return;
            }

            if (!one.Journal.Record(id).HasEnded)
            {
                one.Time.Advance(TimeSpan.FromMinutes(2));
                Assert.Empty(await RunAsync(runner => runner.UndoAsync(id, one.Scenario.Options, default), one));
            }

            Assert.Equal(RotationState.Undone, one.Journal.Record(id).State);
            Assert.Empty(one.Watch.Violations);
        }
    }

    [Fact]
    public async Task A_rotation_that_has_ended_is_not_taken_up()
    {
        await RunAsync(runner => runner.RunAsync([world.Scenario.Plan], world.Scenario.Options, default));
        var events = world.Journal.Events.Count;

        Assert.Equal(FailureCode.RotationNotFound, Assert.Single(await RunAsync(runner => runner.ResumeAsync(Only().Id, world.Scenario.Options, default))).Code);
        Assert.Equal(FailureCode.RotationNotFound, Assert.Single(await RunAsync(runner => runner.UndoAsync(Only().Id, world.Scenario.Options, default))).Code);
        Assert.Equal(FailureCode.RotationNotFound, Assert.Single(await RunAsync(runner => runner.PayDebtsAsync(Only().Id, true, world.Scenario.Options, default))).Code);
        Assert.Equal(events, world.Journal.Events.Count);
    }

    private SecretRotation Only() => world.Journal.Record(world.Journal.Rotations.Keys.Single());

    private async Task<IReadOnlyList<Failure>> RunAsync(
        Func<RotationRunner, IAsyncEnumerable<Outcome<RotationEvent>>> start, World? where = null, OperatorProcess? process = null)
    {
        process ??= new OperatorProcess("operator");
        var failures = new List<Failure>();
        await Task.WhenAny(DrainAsync(start((where ?? world).Runner(process)), failures), process.Death);
        return failures;
    }

    private static async Task DrainAsync(IAsyncEnumerable<Outcome<RotationEvent>> events, List<Failure> failures)
    {
        await foreach (var happened in events)
        {
            if (happened.Failure is { } failure)
            {
                failures.Add(failure);
            }
        }
    }
}
