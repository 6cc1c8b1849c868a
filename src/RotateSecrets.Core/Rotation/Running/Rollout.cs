using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Rotation.Strategies;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Running;

/// <summary>
/// Brings consumers to the values that they are to have: wave after wave, and each consumer once, however many of its secrets are being rotated.
/// </summary>
internal sealed class Rollout : IRotationStep
{
    private readonly Func<RotationRun, CancellationToken, Task<Outcome<IReadOnlyList<Consumer>>>> select;

    private Rollout(string purpose, Func<RotationRun, CancellationToken, Task<Outcome<IReadOnlyList<Consumer>>>> select)
    {
        this.select = select;
        Purpose = purpose;
    }

    /// <summary>Before the promotion: those who can read the candidate where it waits.</summary>
    public static Rollout Early { get; } = new(
        "Bring it to those who can have it before clients use it",
        static (run, cancellation) => LackingAsync(run, run.Strategy.Early(run), isEarly: true, cancellation));

    /// <summary>After the promotion: those who don't have it yet.</summary>
    public static Rollout Final { get; } = new(
        "Bring it to everybody else", static (run, cancellation) => LackingAsync(run, run.Strategy.Final(run), isEarly: false, cancellation));

    /// <summary>After the revocation: those who still have the old value.</summary>
    public static Rollout Drop { get; } = new(
        "Take the old value from those who still have it", static (run, cancellation) => HavingAsync(run, run.Previous(), cancellation));

    /// <summary>On the way back: those who don't have the old value.</summary>
    public static Rollout Restored { get; } = new(
        "Bring the old value back to everybody",
        static (run, cancellation) => run.Previous() is { } previous
            ? LackingAsync(run, previous, isEarly: false, cancellation)
            : Task.FromResult(Outcome.Of<IReadOnlyList<Consumer>>([])));

    /// <summary>On the way back: those who still have the candidate.</summary>
    public static Rollout Withdrawn { get; } = new(
        "Take the new value from those who have it",
        static (run, cancellation) => HavingAsync(run, run[Fact.CandidateFingerprint] is null ? null : run.Strategy.Final(run), cancellation));

    public StepKind Kind => StepKind.Restart;

    public string Purpose { get; }

    /// <summary>Does it for one rotation alone.</summary>
    public async Task<Outcome<StepReport>> DoAsync(RotationRun run, CancellationToken cancellation) =>
        (await DoAsync([run], new StopRequest(CancellationToken.None, cancellation), number: 0))[run];

    /// <summary>Does it for many at once.</summary>
    /// <param name="runs">The rotations.</param>
    /// <param name="stop">Ends it between two instances, or at once.</param>
    /// <param name="number">The place of the step in the sequence: with the run's id, it is the token of the restarts.</param>
    /// <returns>What it came to for each of them.</returns>
    public async Task<IReadOnlyDictionary<RotationRun, Outcome<StepReport>>> DoAsync(
        IReadOnlyList<RotationRun> runs, StopRequest stop, int number)
    {
        var selected = new Dictionary<RotationRun, Outcome<IReadOnlyList<Consumer>>>();
        foreach (var run in runs)
        {
            selected[run] = await select(run, stop.Now);
        }

        var results = await RestartAsync(runs[0], selected, stop, number);
        return runs.ToDictionary(static run => run, run => Judge(selected[run], results));
    }

    private static async Task<Dictionary<string, ConsumerRestart>> RestartAsync(
        RotationRun lead, Dictionary<RotationRun, Outcome<IReadOnlyList<Consumer>>> selected, StopRequest stop, int number)
    {
        var services = lead.Services;
        var token = FormattableString.Invariant($"{lead[Fact.Run]}-{number}");
        var request = new RestartRequest(token, services.Stores, services.Time);
        var waves = selected
            .SelectMany(static pair => pair.Value.Succeeded(out var consumers, out _) ? consumers.Select(consumer => (pair.Key, consumer)) : [])
            .GroupBy(pair => (Wave: lead.Options.Emergency ? 0 : pair.Key.Plan.Consumers.WaveOf(pair.consumer), Turn: TurnOf(pair.consumer)), static pair => pair.consumer)
            .OrderBy(static wave => wave.Key);
        var results = new Dictionary<string, ConsumerRestart>(StringComparer.Ordinal);
        foreach (var wave in waves)
        {
            var updates = RestartSchedule.RunAsync(
                wave.Where(consumer => !results.ContainsKey(consumer.Id)),
                (consumer, own) => Work(services, consumer, request, own),
                token,
                lead.Options.ThrottleLimit,
                services.Time,
                stop);
            await foreach (var update in updates)
            {
                lead.Options.Progress(update);
                if (update.Result is { } result)
                {
                    results[result.Consumer.Id] = result;
                }
            }

            if (results.Values.Any(static result => !result.Succeeded))
            {
                break;
            }
        }

        return results;
    }

    // Whoever can have both values goes before those who switch from one to the other: so nobody uses what somebody doesn't know yet.
    private static int TurnOf(Consumer consumer) => consumer.HoldsSeveral ? 0 : 1;

    private static Outcome<StepReport> Judge(
        Outcome<IReadOnlyList<Consumer>> selected, Dictionary<string, ConsumerRestart> results)
    {
        if (!selected.Succeeded(out var consumers, out var failure))
        {
            return failure;
        }

        foreach (var consumer in consumers)
        {
            if (!results.TryGetValue(consumer.Id, out var result))
            {
                return new Failure(FailureCode.Stopped, consumer.Id, $"{consumer} was not reached.");
            }

            if (result.Failure is { } failed)
            {
                return failed;
            }
        }

        var instances = consumers.DistinctBy(static consumer => consumer.Id, StringComparer.Ordinal).Sum(consumer => results[consumer.Id].Instances.Count);
        return new StepReport(consumers.Count == 0
            ? "Nobody needed it."
            : $"{instances} instances of {string.Join(", ", consumers.Select(static consumer => consumer.Name).Distinct(StringComparer.Ordinal).Take(5))}.");
    }

    private static async IAsyncEnumerable<Outcome<InstanceEvent>> Work(
        RotationServices services, Consumer consumer, RestartRequest request, StopRequest stop)
    {
        if (!services.Consumers.ControlOf(consumer).Succeeded(out var control, out var failure))
        {
            yield return failure;
            yield break;
        }

        await foreach (var happened in control.RestartAsync(consumer, request, stop))
        {
            yield return happened;
        }
    }

    private static Task<Outcome<IReadOnlyList<Consumer>>> LackingAsync(
        RotationRun run, SecretVersion version, bool isEarly, CancellationToken cancellation) =>
        WhereAsync(run, version, isEarly, static convergence => !convergence.IsProven, cancellation);

    private static Task<Outcome<IReadOnlyList<Consumer>>> HavingAsync(RotationRun run, SecretVersion? version, CancellationToken cancellation) =>
        version is null
            ? Task.FromResult(Outcome.Of<IReadOnlyList<Consumer>>([]))
            : WhereAsync(
                run, version, isEarly: false, static convergence => convergence.Instances.Any(static one => one.Holding != Holding.Lacks), cancellation);

    private static async Task<Outcome<IReadOnlyList<Consumer>>> WhereAsync(
        RotationRun run, SecretVersion version, bool isEarly, Func<Convergence, bool> needsIt, CancellationToken cancellation)
    {
        var needing = new List<Consumer>();
        await foreach (var found in ConsumersOf.FindAsync(run, version, isEarly, cancellation))
        {
            if (!found.Succeeded(out var consumer, out var failure)
                || !run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out failure)
                || !(await control.ProveAsync(consumer, version, cancellation)).Succeeded(out var convergence, out failure))
            {
                return failure;
            }

            if (needsIt(convergence))
            {
                needing.Add(consumer with { Version = version });
            }
        }

        return needing;
    }
}
