using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Rotation.Strategies;

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
        static (run, cancellation) => RolloutSelection.UnverifiedAsync(run, run.Strategy.Early(run), isEarly: true, cancellation));

    /// <summary>After the promotion: those who don't have it yet.</summary>
    public static Rollout Final { get; } = new(
        "Bring it to everybody else", static (run, cancellation) => run.Strategy.IsSeenEarly
            ? RolloutSelection.LackingAsync(run, run.Strategy.Final(run), isEarly: false, cancellation)
            : RolloutSelection.UnverifiedAsync(run, run.Strategy.Final(run), isEarly: false, cancellation));

    /// <summary>After the revocation: those who still have the old value, and whoever was lost while it was taken from them.</summary>
    public static Rollout Drop { get; } = new("Take the old value from those who still have it", RolloutSelection.DroppingAsync) { WaitsForDebts = true };

    /// <summary>On the way back: those who don't have the old value.</summary>
    public static Rollout Restored { get; } = new(
        "Bring the old value back to everybody",
        static (run, cancellation) => run.Restored() is { } restored
            ? RolloutSelection.UnverifiedAsync(run, restored, isEarly: false, cancellation)
            : RolloutSelection.None());

    /// <summary>On the way back: those who still have the candidate, and whoever was lost while it was taken from them.</summary>
    public static Rollout Withdrawn { get; } = new(
        "Take the new value from those who have it",
        static (run, cancellation) => run[Fact.CandidateFingerprint] is null
            ? RolloutSelection.None()
            : RolloutSelection.EitherAsync(run, run.Withdrawn(), run.Restored(), cancellation));

    public StepKind Kind => StepKind.Restart;

    public string Purpose { get; }

    public bool WaitsForDebts { get; private init; }

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

        // Alone, it ends between two instances once somebody else has taken it over; of many, the others go on.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.AtSafePoint, runs.Count == 1 ? runs[0].Overtaken : CancellationToken.None);
        var results = await RestartAsync(runs[0], selected, stop with { AtSafePoint = ended.Token }, number);
        foreach (var run in runs)
        {
            await ObserveAsync(run, selected[run], results);
        }

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
            .GroupBy(pair => (Wave: lead.Options.Emergency ? 0 : pair.Key.Plan.Consumers.WaveOf(pair.consumer), Turn: TurnOf(pair.consumer)))
            .OrderBy(static wave => wave.Key);
        var results = new Dictionary<string, ConsumerRestart>(StringComparer.Ordinal);
        foreach (var wave in waves)
        {
            var wanting = wave.ToLookup(static pair => pair.consumer.Id, static pair => pair.Key, StringComparer.Ordinal);
            var updates = RestartSchedule.RunAsync(
                wave.Select(static pair => pair.consumer).Where(consumer => !results.ContainsKey(consumer.Id)),
                (consumer, own) => Work(wanting[consumer.Id], consumer, request with { Runs = wanting[consumer.Id].First().Plan.Runs }, own),
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

            if (results.Values.Any(static result => !result.Succeeded || SilenceOf(result) is not null))
            {
                break;
            }
        }

        return results;
    }

    // Whoever can have both values goes before those who switch from one to the other: so nobody uses what somebody doesn't know yet.
    private static int TurnOf(Consumer consumer) => consumer.HoldsSeveral ? 0 : 1;

    private static async Task ObserveAsync(RotationRun run, Outcome<IReadOnlyList<Consumer>> selected, Dictionary<string, ConsumerRestart> results)
    {
        foreach (var id in selected.Succeeded(out var consumers, out _) ? consumers.Select(static consumer => consumer.Id).Distinct(StringComparer.Ordinal) : [])
        {
            if (results.TryGetValue(id, out var restart))
            {
                var phases = restart.Instances.Select(static instance => $"{instance.Instance} {instance.Phase}");
                await run.ObserveAsync(
                    Fact.Consumer, restart.Consumer.ToString(), restart.StartedAt, restart.Succeeded, restart.Failure?.Message ?? $"{restart.Consumer}: {string.Join(", ", phases)}.");
            }
        }
    }

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

            if ((result.Failure ?? SilenceOf(result)) is { } failed)
            {
                return failed;
            }
        }

        var instances = consumers.DistinctBy(static consumer => consumer.Id, StringComparer.Ordinal).Sum(consumer => results[consumer.Id].Instances.Count);
        return new StepReport(consumers.Count == 0
            ? "Nobody needed it."
            : $"{instances} instances of {string.Join(", ", consumers.Select(static consumer => consumer.Name).Distinct(StringComparer.Ordinal).Take(5))}.");
    }

    // A restart that ends without a word may have left an instance between stopped and started, and others untouched.
    private static Failure? SilenceOf(ConsumerRestart restart) =>
        restart.Instances.FirstOrDefault(static instance => !instance.IsFinal) is { } unfinished
            ? new Failure(FailureCode.InstanceUnhealthy, unfinished.Instance, $"{unfinished.Instance} of {restart.Consumer} was {unfinished.Phase}, and nothing was heard of it since.")
            {
                Effect = Effect.Unknown,
            }
            : restart.Instances.Count > 0 && restart.Instances.Count < restart.Instances[0].Of
                ? new Failure(
                    FailureCode.InstanceUnhealthy,
                    restart.Consumer.Id,
                    $"Of {restart.Instances[0].Of} instances of {restart.Consumer}, {restart.Instances.Count} were restarted, and nothing was heard of the others.")
                {
                    Effect = Effect.Unknown,
                }
                : null;

    private static async IAsyncEnumerable<Outcome<InstanceEvent>> Work(
        IEnumerable<RotationRun> runs, Consumer consumer, RestartRequest request, StopRequest stop)
    {
        if (await LostAsync(runs, stop.Now) is { } lost)
        {
            yield return lost;
            yield break;
        }

        if (!runs.First().Services.Consumers.ControlOf(consumer).Succeeded(out var control, out var failure))
        {
            yield return failure;
            yield break;
        }

        await foreach (var happened in control.RestartAsync(consumer, request, stop))
        {
            // Before each instance, for the work on one consumer may take longer than a term.
            if (happened.Succeeded(out var instance, out _) && instance.Phase == InstancePhase.Stopping && await LostAsync(runs, stop.Now) is { } overtaken)
            {
                yield return overtaken;
                yield break;
            }

            yield return happened;
        }
    }

    // A consumer is restarted as long as one of the rotations that want it still is ours.
    private static async Task<Failure?> LostAsync(IEnumerable<RotationRun> runs, CancellationToken cancellation)
    {
        Failure? lost = null;
        foreach (var run in runs)
        {
            if ((await run.RenewAsync(cancellation)).Succeeded(out _, out lost))
            {
                return null;
            }
        }

        return lost;
    }
}
