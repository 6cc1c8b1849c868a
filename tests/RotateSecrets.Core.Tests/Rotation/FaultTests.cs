using System.Globalization;
using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>Every call that leaves the process goes wrong, in turn and in every way, and two of them at once; whatever must always hold still does.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const int ShownRuns = 3;

    /// <summary>How many pairs of faults are tried for each scenario, and from which seed; by default a few hundred, from the same seed each time: what fails then was changed. Other seeds are worth a night.</summary>
    private static readonly int Pairs = Setting("ROTATESECRETS_FAULT_PAIRS") ?? 200;
    private static readonly int Seed = Setting("ROTATESECRETS_FAULT_SEED") ?? 1;

    public static TheoryData<string> Scenarios => [.. Everything.Select(static scenario => scenario.ToString())];

    private static IEnumerable<Scenario> Everything =>
        Scenario.All.Concat(Scenario.All.Select(static scenario => scenario with { CandidateFails = true }));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Without_a_fault_it_ends_as_it_should(string name)
    {
        var scenario = Named(name);
        var simulation = new Simulation(scenario, FaultSchedule.None);

        Assert.Empty(await ViolationsAsync(simulation));

        Assert.Equal(scenario.CandidateFails ? RotationState.Undone : RotationState.Completed, simulation.Record?.State);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Each_call_may_go_wrong_in_each_way(string name)
    {
        var scenario = Named(name);
        var (calls, _) = await CleanAsync(scenario);
        await AssertNoneAsync(
            from call in Enumerable.Range(1, calls)
            from kind in KindsFor(scenario)
            select new Simulation(scenario, FaultSchedule.Of((call, kind))) { Undo = (call + (int)kind) % 2 == 0 });
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_process_may_be_killed_at_each_journal_entry(string name)
    {
        var scenario = Named(name);
        var (_, entries) = await CleanAsync(scenario);
        await AssertNoneAsync(
            from entry in Enumerable.Range(1, entries)
            from after in (bool[])[false, true]
            from undo in (bool[])[false, true]
            select new Simulation(scenario, FaultSchedule.None) { KillBefore = after ? 0 : entry, KillAfter = after ? entry : 0, Undo = undo });
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Two_calls_may_go_wrong(string name)
    {
        var scenario = Named(name);
        var (calls, _) = await CleanAsync(scenario);
        var kinds = KindsFor(scenario);
        var random = new Random(Seed);
        output.WriteLine($"seed {Seed}: repeat it with ROTATESECRETS_FAULT_SEED={Seed}");
        await AssertNoneAsync(
            from pair in Enumerable.Range(1, Pairs)
            let faults = FaultSchedule.Of(Draw(), Draw())
            select new Simulation(scenario, faults) { Undo = pair % 2 == 0 });

        // Beyond the calls of a rotation that goes well: what goes wrong leads to more.
        (int Call, FaultKind Kind) Draw() => (random.Next(1, calls * 3 / 2), kinds[random.Next(kinds.Length)]);
    }

    // A request that is on its way while its sender sleeps may arrive when others have gone on. Only a store with stages, and compare-and-set, makes nothing of it.
    private static FaultKind[] KindsFor(Scenario scenario) =>
        [.. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.SuspendedBefore || scenario.Strategy == StrategyKind.Staged)];

    private static Scenario Named(string name) => Everything.Single(scenario => scenario.ToString() == name);

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static async Task<(int Calls, int Entries)> CleanAsync(Scenario scenario)
    {
        var faults = FaultSchedule.None;
        var simulation = new Simulation(scenario, faults);
        await simulation.RunAsync();
        return (faults.Calls, simulation.Record!.Events.Count);
    }

    private static async Task<IReadOnlyList<string>> ViolationsAsync(Simulation simulation)
    {
        var violations = await simulation.RunAsync();
        return violations.Count == 0 ? [] : [.. violations.Distinct(StringComparer.Ordinal), simulation.ToString()];
    }

    private async Task AssertNoneAsync(IEnumerable<Simulation> simulations)
    {
        var (runs, broken) = (0, new List<string>());
        foreach (var simulation in simulations)
        {
            runs++;
            var violations = await ViolationsAsync(simulation);
            if (violations.Count > 0)
            {
                broken.Add(string.Join('\n', violations));
            }
        }

        output.WriteLine($"{runs} runs, {broken.Count} with violations");
        Assert.True(broken.Count == 0, $"{broken.Count} of {runs} runs, seed {Seed}:\n{string.Join("\n\n", broken.Take(ShownRuns))}");
    }
}
