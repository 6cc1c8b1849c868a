using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>A revocation that fails is owed, and isn't forgotten.</summary>
public sealed class DebtTests
{
    private readonly FaultSchedule faults = FaultSchedule.None;
    private readonly World world;

    public DebtTests() => world = new World(Scenario.All[0], faults);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task A_revocation_that_fails_is_owed_and_the_rotation_says_so(int scenario)
    {
        var simulation = new World(Scenario.All[scenario], faults);
        faults.Persistent = ("revoke", FaultKind.TimeoutWithoutEffect);

        var record = await RotateAsync(simulation);

        Assert.Equal(RotationState.CompletedWithDebt, record.State);
        Assert.Equal(record.Previous, Assert.Single(record.Debts).VersionId);
        Assert.Contains(simulation.Store.Of(Scenario.Home), static version => version.Stage == SecretStage.Previous && version.IsLive);
        Assert.NotEmpty(simulation.Journal.Sealed);
        Assert.Empty(simulation.Watch.Violations);
    }

    [Fact]
    public async Task The_next_run_pays_what_is_due_and_the_old_value_is_proven_to_be_gone()
    {
        faults.Persistent = ("revoke", FaultKind.TimeoutWithoutEffect);
        var first = await RotateAsync(world);
        faults.Persistent = null;
        world.Time.Advance(TimeSpan.FromMinutes(2));

        var second = await RotateAsync(world);

        var paid = world.Journal.Record(first.Id);
        Assert.Equal(RotationState.Completed, paid.State);
        Assert.True(Assert.Single(paid.Debts).IsPaid);
        Assert.Equal(RotationState.Completed, second.State);
        Assert.Single(world.Store.Of(Scenario.Home), static version => version.IsLive);
        Assert.Empty(world.Journal.Sealed);
        Assert.Empty(world.Watch.Violations);
    }

    [Fact]
    public async Task The_next_run_leaves_alone_what_is_not_due()
    {
        faults.Persistent = ("revoke", FaultKind.TimeoutWithoutEffect);
        var first = await RotateAsync(world);
        faults.Persistent = null;

        await RotateAsync(world);

        Assert.Equal(RotationState.CompletedWithDebt, world.Journal.Record(first.Id).State);
    }

    [Fact]
    public async Task The_pause_between_two_attempts_doubles_up_to_six_hours()
    {
        faults.Persistent = ("revoke", FaultKind.TimeoutWithoutEffect);
        var record = await RotateAsync(world);
        var pauses = new List<TimeSpan>();
        for (var attempt = 0; attempt < 12; attempt++)
        {
            var debt = world.Journal.Record(record.Id).Debts[0];
            pauses.Add(debt.DueAt - debt.LastAttemptAt);
            await DrainAsync(world.Runner(new OperatorProcess("collector")).PayDebtsAsync(record.Id, evenIfNotDue: true, world.Scenario.Options, default));
        }

        Assert.Equal(TimeSpan.FromMinutes(1), pauses[0]);
        Assert.Equal(TimeSpan.FromMinutes(4), pauses[2]);
        Assert.Equal(TimeSpan.FromHours(6), pauses[^1]);
    }

    [Fact]
    public async Task A_debt_older_than_the_plan_allows_is_called_out_once()
    {
        faults.Persistent = ("revoke", FaultKind.TimeoutWithoutEffect);
        var record = await RotateAsync(world);
        world.Time.Advance(world.Scenario.Plan.DebtLimit + TimeSpan.FromHours(1));
        var told = new List<Failure>();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            told.AddRange(await DrainAsync(world.Runner(new OperatorProcess("collector")).PayDebtsAsync(record.Id, evenIfNotDue: true, world.Scenario.Options, default)));
        }

        Assert.Single(told, static failure => failure.Message.Contains("longer than the plan allows", StringComparison.Ordinal));
        Assert.Single(world.Journal.Record(record.Id).Events, static happened => happened.Kind == RotationEventKind.DebtEscalated);
    }

    [Fact]
    public async Task What_is_still_in_use_is_not_revoked_but_owed()
    {
        // A consumer that the plan leaves out keeps the old value.
        var stray = new ServiceState("stray", RotateSecrets.Consumers.Uptake.Restart, new Reading(Scenario.Home));
        var open = new World(Scenario.All[0] with { Services = () => [.. Scenario.All[0].Services(), stray] }, faults);
        var plan = open.Scenario.Plan with { Consumers = new([], ["stray"], []) };

        await DrainAsync(open.Runner(new OperatorProcess("first")).RunAsync([plan], open.Scenario.Options, default));

        var record = open.Journal.Record(open.Journal.Rotations.Keys.Single());
        Assert.Equal(RotationState.CompletedWithDebt, record.State);
        Assert.Contains("stray", Assert.Single(record.Debts).Message, StringComparison.Ordinal);
        Assert.Empty(open.Watch.Violations);
    }

    private static async Task<SecretRotation> RotateAsync(World world)
    {
        await DrainAsync(world.Runner(new OperatorProcess("operator")).RunAsync([world.Scenario.Plan], world.Scenario.Options, default));
        return world.Journal.Record(world.Journal.Rotations.Keys.Last());
    }

    private static async Task<IReadOnlyList<Failure>> DrainAsync(IAsyncEnumerable<Outcome<RotationEvent>> events)
    {
        var failures = new List<Failure>();
        await foreach (var happened in events)
        {
            if (happened.Failure is { } failure)
            {
                failures.Add(failure);
            }
        }

        return failures;
    }
}
