using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>A rotation in a world where things go wrong, led to its end by one process after another, and looked at once it has ended.</summary>
internal sealed class Simulation(Scenario scenario, FaultSchedule faults)
{
    private const int MostRounds = 6;

    private readonly List<string> told = [];

    public World World { get; } = new(scenario, faults);

    /// <summary>Before which journal entry the first process is killed; 0 for none.</summary>
    public int KillBefore { get; init; }

    /// <summary>After which journal entry the first process is killed; 0 for none.</summary>
    public int KillAfter { get; init; }

    /// <summary>Whether the second process leads back instead of going on.</summary>
    public bool Undo { get; init; }

    /// <summary>What the rotation came to; null where it wasn't begun.</summary>
    public SecretRotation? Record { get; private set; }

    /// <summary>Runs it to its end.</summary>
    /// <returns>What must hold and didn't.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var first = new OperatorProcess("first");
        var runner = World.Runner(first, KillBefore, KillAfter);
        var running = DrainAsync(runner.RunAsync([scenario.Plan], scenario.Options, default));
        await Task.WhenAny(running, first.Death, first.Suspension.Task);

        var wasLed = false;
        for (var round = 1; round <= MostRounds && !IsSettled(); round++)
        {
            // A holder that doesn't beat any more loses its lease after a while.
            World.Time.Advance(TimeSpan.FromMinutes(2));
            var next = new OperatorProcess($"number {round + 1}");
            var goesBack = Undo && !wasLed;
            wasLed = true;
            var led = DrainAsync(goesBack
                ? World.Runner(next).UndoAsync(Record!.Id, scenario.Options, default)
                : World.Runner(next).ResumeAsync(Record!.Id, scenario.Options, default));
            await Task.WhenAny(led, next.Death);
            if (next.Suspension.Task.IsCompleted)
            {
                next.Wake();
                await led;
            }
        }

        if (first.Suspension.Task.IsCompleted)
        {
            first.Wake();
            await Task.WhenAny(running, first.Death);
        }

        await PayAsync();
        return Judge();
    }

    public override string ToString() =>
        $"{scenario}; {faults}; killed before entry {KillBefore}, after entry {KillAfter}; {(Undo ? "undo" : "resume")}; ends {Record?.State}\n  "
        + string.Join("\n  ", (Record?.Events ?? []).Select(static happened => $"{happened.Sequence} {happened.Kind} {happened.StepKind} {happened.Code} {happened.Message}"))
        + "\n  told: " + string.Join("\n        ", told);

    private bool IsSettled()
    {
        Record = World.Journal.Rotations.Keys.FirstOrDefault() is { } id ? World.Journal.Record(id) : null;
        return Record is null || Record.HasEnded;
    }

    private async Task PayAsync()
    {
        if (IsSettled() && Record?.State == RotationState.CompletedWithDebt)
        {
            await DrainAsync(World.Runner(new OperatorProcess("collector")).PayDebtsAsync(Record.Id, evenIfNotDue: true, scenario.Options, default));
            if (!IsSettled() || Record.State != RotationState.Completed)
            {
                World.Watch.Violated("A debt could not be paid");
            }
        }
    }

    private async Task DrainAsync(IAsyncEnumerable<Outcome<RotationEvent>> events)
    {
        try
        {
            await foreach (var happened in events)
            {
                if (happened.Failure is { } failure)
                {
                    told.Add(failure.ToString());
                }
            }
        }
        catch (Exception e)
        {
            World.Watch.Violated($"The runner threw {e}");
        }
    }

    private IReadOnlyList<string> Judge()
    {
        var watch = World.Watch;
        watch.Call = "at the end";
        watch.Check();
        if (!IsSettled())
        {
            watch.Violated($"It doesn't come to an end: {Record!.State}, {Record.Message}");
            return watch.Violations;
        }

        var current = World.Store.Current(Scenario.Home)!.Fingerprint;
        var isUndone = Record is null or { State: RotationState.Undone };
        if (isUndone != (current == World.Initial))
        {
            watch.Violated($"The rotation is {Record?.State}, and the current value is {(current == World.Initial ? "the old one" : "another")}");
        }

        foreach (var instance in World.Services.SelectMany(static service => service.Instances))
        {
            if (!instance.IsRunning || !instance.Holds(current) || instance.Held.Any(held => held.Fingerprint != current))
            {
                watch.Violated($"{instance.Name} {(instance.IsRunning ? "doesn't have the current value and no other" : "doesn't run")}");
            }
        }

        // A candidate that was written by somebody who slept is given to nobody; the next rotation names it.
        var isLate = faults.ToString().Contains(nameof(FaultKind.SuspendedBefore), StringComparison.Ordinal);
        var others = World.Store.Of(Scenario.Home).Concat(World.Store.Of(Scenario.Side))
            .Count(version => version.IsLive && version.Stage != SecretStage.Current && !(isLate && version.Stage == SecretStage.Pending));
        if (World.Store.Capabilities.HasFlag(StoreCapabilities.Revocable) && others > 0)
        {
            watch.Violated($"{others} versions are left that should be revoked");
        }

        if (World.Store.Of(Scenario.Side).Any(static version => version.IsLive))
        {
            watch.Violated("The second name was not retired");
        }

        if (World.Journal.Sealed.Count > 0)
        {
            watch.Violated("Sealed values are left");
        }

        if (World.Journal.IsHeld(Doubles.World.Key))
        {
            watch.Violated("The lease was not given back");
        }

        return watch.Violations;
    }
}
