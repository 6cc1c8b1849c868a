using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>What is derived from a secret is rotated after it: not before, not twice, and not forgotten.</summary>
public sealed class CascadeTests
{
    private static readonly SecretAddress Child = SecretAddress.Parse("double:app/derived");

    [Fact]
    public async Task A_derived_secret_is_rotated_after_the_old_value_is_gone()
    {
        var world = WithChild(FaultSchedule.None);
        await LeadAsync(world, new OperatorProcess("operator"));

        var records = world.Journal.Rotations.Keys.Select(world.Journal.Record).ToList();
        Assert.All(records, static record => Assert.True(record.State == RotationState.Completed, record.Message));
        Assert.Equal(records[0].Id, records[1].Parent);
        var revoked = records[0].Events.Single(static happened => happened is { StepKind: StepKind.Prove, Kind: RotationEventKind.StepDone });
        Assert.True(revoked.Sequence < records[1].Events[0].Sequence);
        Assert.Empty(world.Watch.Violations);
    }

    [Fact]
    public async Task Killed_at_each_entry_and_resumed_a_derived_secret_is_rotated_once()
    {
        var clean = WithChild(FaultSchedule.None);
        await LeadAsync(clean, new OperatorProcess("operator"));
        for (var entry = 1; entry <= clean.Journal.Events.Count; entry++)
        {
            var world = WithChild(FaultSchedule.None);
            var process = new OperatorProcess("first");
            await LeadAsync(world, process, killAfter: entry);
            for (var round = 0; round < 3 && world.Journal.Rotations.Values.Any(static rotation => rotation.State != RotationState.Completed); round++)
            {
                await LeadAsync(world, new OperatorProcess("next"), resume: true);
            }

            Assert.Equal([RotationState.Completed, RotationState.Completed], world.Journal.Rotations.Values.Select(static rotation => rotation.State));
            Assert.Equal(2, world.Store.Of(Child).Count);
            Assert.Empty(world.Journal.Sealed);
        }
    }

    [Fact]
    public async Task A_derived_secret_that_fails_leaves_its_parent_to_be_resumed()
    {
        var world = WithChild(FaultSchedule.None);
        world.Store.Put(new PutRequest(Child, SecretValue.FromText("left behind"), SecretStage.Pending, "somebody's"));
        await LeadAsync(world, new OperatorProcess("operator"));
        Assert.Equal(RotationState.Failed, world.Journal.Rotations.Values.First().State);
        Assert.Empty(world.Watch.Violations);

        world.Store.Revoke(Child, world.Store.Of(Child)[0].Id);
        await LeadAsync(world, new OperatorProcess("next"), resume: true);

        Assert.Equal(RotationState.Completed, world.Journal.Rotations.Values.First().State);
        Assert.Equal(RotationState.Completed, world.Journal.Rotations.Values.Last().State);
    }

    [Fact]
    public async Task What_two_secrets_lead_to_is_rotated_once_and_after_both_wherever_the_process_is_killed()
    {
        var clean = Diamond();
        await LeadAsync(clean, new OperatorProcess("operator"), derived: ["left", "right"]);
        Assert.Equal(
            ["double:app/key", "double:app/left", "double:app/right", "double:app/bottom"],
            clean.Journal.Rotations.Keys.Select(id => clean.Journal.Record(id).Address));
        for (var entry = 1; entry <= clean.Journal.Events.Count; entry++)
        {
            var world = Diamond();
            await LeadAsync(world, new OperatorProcess("first"), killAfter: entry, derived: ["left", "right"]);
            for (var round = 0; round < 3 && (world.Journal.Rotations.Count < 4 || world.Journal.Rotations.Values.Any(static rotation => rotation.State != RotationState.Completed)); round++)
            {
                await LeadAsync(world, new OperatorProcess("next"), resume: true);
            }

            Assert.Equal(4, world.Journal.Rotations.Values.Count(static rotation => rotation.State == RotationState.Completed));
            foreach (var name in (string[])["left", "right", "bottom"])
            {
                Assert.Equal(2, world.Store.Of(SecretAddress.Parse($"double:app/{name}")).Count);
            }
        }
    }

    private static World Diamond()
    {
        var world = new World(Scenario.All[0], FaultSchedule.None);
        foreach (var (name, derived) in ((string, string[])[])[("left", ["bottom"]), ("right", ["bottom"]), ("bottom", [])])
        {
            var address = SecretAddress.Parse($"double:app/{name}");
            world.Store.Put(new PutRequest(address, SecretValue.FromText($"the value of {name}"), SecretStage.Current, "before"));
            world.Plans[name] = new RotationPlan(address) { Derived = [.. derived.Select(static path => Path.GetFullPath(path))] };
        }

        return world;
    }

    private static World WithChild(FaultSchedule faults)
    {
        var world = new World(Scenario.All[0], faults);
        world.Store.Put(new PutRequest(Child, SecretValue.FromText("the derived value"), SecretStage.Current, "before"));
        world.Plans["child"] = new RotationPlan(Child);
        return world;
    }

    private static async Task LeadAsync(World world, OperatorProcess process, int killAfter = 0, bool resume = false, params string[] derived)
    {
        var runner = world.Runner(process, killAfter: killAfter);
        var plan = world.Scenario.Plan with { Derived = [.. (derived is [] ? ["child"] : derived).Select(static path => Path.GetFullPath(path))] };
        var running = DrainAsync(resume
            ? runner.ResumeAsync(world.Journal.Rotations.Keys.First(), world.Scenario.Options, default)
            : runner.RunAsync([plan], world.Scenario.Options, default));
        await Task.WhenAny(running, process.Death);
    }

    private static async Task DrainAsync(IAsyncEnumerable<Outcome<RotationEvent>> events)
    {
        await foreach (var _ in events)
        {
        }
    }
}
