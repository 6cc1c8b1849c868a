using CsCheck;
using RotateSecrets.Core.Tests.Rotation.Doubles;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation;

/// <summary>Whatever operators do, die of or sleep through, in whichever order: a rotation moves as the reference model allows, and its steps in their order.</summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int Sequences = 200;
    private const int FirstBack = 100;

    /// <summary>How an act ends: by itself; killed after so many journal entries; put to sleep after so many calls.</summary>
    private static readonly Gen<(Act Act, int KilledAfter, int AsleepAfter, bool Expires, bool Wakes)> Deed = Gen.Select(
        Gen.Enum<Act>(), Gen.Frequency((2, Gen.Const(0)), (3, Gen.Int[1, 40])), Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[1, 80])), Gen.Bool, Gen.Bool);

    public static TheoryData<string> Scenarios => [.. Scenario.All.Where(static scenario => scenario.Strategy != StrategyKind.Rename).Select(static scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Rotations_move_as_the_model_allows(string name)
    {
        var (scenario, acts) = (Scenario.All.Single(scenario => scenario.Name == name), 0);
        await Deed.Array[1, 8].SampleAsync(
            async deeds =>
            {
                var walk = new Walk(scenario);
                foreach (var (act, killedAfter, asleepAfter, expires, wakes) in deeds)
                {
                    Interlocked.Increment(ref acts);
                    await walk.DoAsync(act, killedAfter, asleepAfter, expires, wakes);
                }

                await walk.EndAsync();
            },
            iter: Sequences,
            threads: 1);
        output.WriteLine($"{Sequences} sequences, {acts} acts");
    }

    private sealed class Walk(Scenario scenario)
    {
        private readonly World world = new(scenario, FaultSchedule.None);
        private (OperatorProcess Process, Task Running, Act Act, Standing Before)? sleeper;
        private string old = string.Empty;
        private bool isOvertaken;
        private DateTimeOffset expiry;

        public async Task DoAsync(Act act, int killedAfter, int asleepAfter, bool expires, bool wakes)
        {
            if (expires)
            {
                world.Time.Advance(TimeSpan.FromMinutes(1));
            }

            // A process that sleeps holds its lease until it runs out, or somebody takes over then.
            var isBarred = sleeper is not null && !isOvertaken && world.Time.GetUtcNow() < expiry;
            var before = Now();
            if (before is Standing.None or Standing.Completed or Standing.Undone)
            {
                old = CurrentValue;
            }

            world.Faults.Arm(sleeper is null ? asleepAfter : 0, FaultKind.SuspendedAfter);
            var process = new OperatorProcess("operator");
            var failures = new List<Failure>();
            var running = DrainAsync(Start(world.Runner(process, killAfter: killedAfter), act), failures);
            await Task.WhenAny(running, process.Death, process.Suspension.Task);
            world.Faults.Arm(0, default);

            var after = Now();
            if (isBarred)
            {
                Assert.Equal(before, after);
                Assert.True(before is Standing.None or Standing.Completed or Standing.Undone && act != Act.Invoke || failures is [{ Code: FailureCode.LeaseHeld }], $"{act} at {before}");
                return;
            }

            isOvertaken |= sleeper is not null && (act == Act.Invoke || before is Standing.Forward or Standing.PastReturn or Standing.Back);
            if (running.IsCompleted)
            {
                Assert.True(
                    ReferenceModel.After(before, act).Contains(after),
                    $"{act} at {before} came to {after}: {string.Join("; ", failures)}\n{string.Join('\n', Record()?.Events.Select(static happened => $"{happened.Kind} {happened.StepKind} {happened.Message}") ?? [])}");
                AssertTold(before, act, failures);
            }
            else
            {
                Assert.Contains(after, ReferenceModel.Within(before, act));
                if (process.IsAlive)
                {
                    (sleeper, isOvertaken, expiry) = ((process, running, act, before), false, world.Time.GetUtcNow() + scenario.Options.LeaseTerm);
                }
            }

            AssertInOrder();
            if (wakes)
            {
                await WakeAsync();
            }
        }

        /// <summary>Whatever was left is led to its end, and nothing was violated on the way.</summary>
        public async Task EndAsync()
        {
            await WakeAsync();
            var before = Now();
            var process = new OperatorProcess("last");
            await DrainAsync(Start(world.Runner(process), Act.Resume), []);
            Assert.Contains(Now(), ReferenceModel.After(before, Act.Resume));
            AssertInOrder();
            Assert.False(world.Journal.IsHeld(World.Key));
            Assert.Empty(world.Watch.Violations);
        }

        private async Task WakeAsync()
        {
            if (sleeper is not { } one)
            {
                return;
            }

            var before = Now();
            one.Process.Wake();
            await Task.WhenAny(one.Running, one.Process.Death);
            sleeper = null;
            var after = Now();
            if (isOvertaken)
            {
                Assert.Equal(before, after);
            }
            else if (one.Running.IsCompleted)
            {
                Assert.Contains(after, ReferenceModel.After(one.Before, one.Act));
            }

            AssertInOrder();
        }

        private IAsyncEnumerable<Outcome<RotationEvent>> Start(RotationRunner runner, Act act)
        {
            var id = world.Journal.Rotations.Keys.LastOrDefault() ?? "none";
            return act switch
            {
                Act.Invoke => runner.RunAsync([scenario.Plan], scenario.Options, default),
                Act.Undo => runner.UndoAsync(id, scenario.Options, default),
                Act.Refuse => runner.ResumeAsync(id, scenario.Options with { ApproveRevocation = static _ => Task.FromResult(false) }, default),
                _ => runner.ResumeAsync(id, scenario.Options, default),
            };
        }

        private string CurrentValue => world.Store.Current(Scenario.Home)!.Fingerprint;

        private SecretRotation? Record() => world.Journal.Rotations.Keys.LastOrDefault() is { } id ? world.Journal.Record(id) : null;

        private Standing Now() => Record() switch
        {
            null => Standing.None,
            { State: RotationState.Completed } => Standing.Completed,
            { State: RotationState.Undone } => Standing.Undone,
            { IsUndoing: true } => Standing.Back,
            var record when record.Events.Exists(static happened => happened.Facts.ContainsKey("revoking")) => Standing.PastReturn,
            _ when scenario.HeldAt is null && !scenario.Capabilities.HasFlag(StoreCapabilities.Readable) && CurrentValue != old => Standing.PastReturn,
            _ => Standing.Forward,
        };

        private static void AssertTold(Standing before, Act act, List<Failure> failures)
        {
            FailureCode? expected = (before, act) switch
            {
                (Standing.Forward or Standing.PastReturn or Standing.Back, Act.Invoke) => FailureCode.RotationUnfinished,
                (Standing.None or Standing.Completed or Standing.Undone, not Act.Invoke) => FailureCode.RotationNotFound,
                (Standing.PastReturn, Act.Undo) => FailureCode.RollbackImpossible,
                _ => null,
            };
            Assert.True(expected == failures.FirstOrDefault()?.Code, $"{act} at {before}: {string.Join("; ", failures)}");
        }

        // A step is done only when all before it are, in its direction; none forward after the first back, and none back after the revocation was begun.
        private void AssertInOrder()
        {
            var (done, isBack, isRevoking) = (new HashSet<int>(), false, false);
            foreach (var happened in Record()?.Events ?? [])
            {
                isBack |= happened.Kind == RotationEventKind.UndoBegun;
                isRevoking |= happened.Facts.ContainsKey("revoking");
                Assert.False(isBack && isRevoking, "It went back after the revocation was begun.");
                if (happened is not { Step: { } number, Kind: RotationEventKind.StepBegun or RotationEventKind.StepDone })
                {
                    continue;
                }

                Assert.Equal(isBack, number >= FirstBack);
                Assert.True(Enumerable.Range(isBack ? FirstBack : 0, number % FirstBack).All(done.Contains), $"Step {number} came before its turn.");
                if (happened.Kind == RotationEventKind.StepDone)
                {
                    done.Add(number);
                }
            }
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
}
