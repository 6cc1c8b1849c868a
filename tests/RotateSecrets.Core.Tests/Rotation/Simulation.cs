using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>A rotation in a world where things go wrong, led to its end by one process after another, and looked at once it has ended.</summary>
internal sealed class Simulation(Scenario scenario, FaultSchedule faults)
{
    private const int MostRounds = 6;

    private readonly List<string> told = [];
    private readonly List<(OperatorProcess Process, Task Running)> asleep = [];
    private int processes;

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
        await LeadAsync(process => World.Runner(process, KillBefore, KillAfter).RunAsync([scenario.Plan], scenario.Options, default));
        for (var round = 1; round <= MostRounds && !IsSettled(); round++)
        {
            await LeadAsync(process => Undo && round == 1
                ? World.Runner(process).UndoAsync(Record!.Id, scenario.Options, default)
                : World.Runner(process).ResumeAsync(Record!.Id, scenario.Options, default));
        }

        await WakeAsync();
        for (var round = 1; round <= MostRounds && Owes(); round++)
        {
            await LeadAsync(process => World.Runner(process).PayDebtsAsync(Record!.Id, evenIfNotDue: true, scenario.Options, default));
        }

        await WakeAsync();
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

    private bool Owes() => IsSettled() && Record?.State == RotationState.CompletedWithDebt;

    // A process of its own, until it is done, dead or asleep. Whoever doesn't beat any more loses its lease after a while.
    private async Task LeadAsync(Func<OperatorProcess, IAsyncEnumerable<Outcome<RotationEvent>>> start)
    {
        World.Time.Advance(TimeSpan.FromMinutes(2));
        var process = new OperatorProcess($"process {++processes}");
        var running = DrainAsync(start(process));
        await Task.WhenAny(running, process.Death, process.Suspension.Task);
        if (!running.IsCompleted && process.IsAlive)
        {
            asleep.Add((process, running));
        }
    }

    private async Task WakeAsync()
    {
        foreach (var (process, running) in asleep)
        {
            process.Wake();
            await Task.WhenAny(running, process.Death);
        }

        asleep.Clear();
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

        if (Record?.State == RotationState.CompletedWithDebt)
        {
            watch.Violated("A debt could not be paid");
        }

        var current = World.Store.Current(World.Home)!.Fingerprint;
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

        var left = World.Home.Equals(Scenario.Home) ? Scenario.Side : Scenario.Home;
        if (World.Store.Of(left).Any(static version => version.IsLive) || (scenario.Strategy == StrategyKind.Rename && isUndone == World.Home.Equals(Scenario.Side)))
        {
            watch.Violated("The name that counts no more was not retired");
        }

        if (scenario.HeldAt is { } heldAt && World.Vault.Current(heldAt)!.Fingerprint != current)
        {
            watch.Violated("The copy that is held elsewhere is not the current value");
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
