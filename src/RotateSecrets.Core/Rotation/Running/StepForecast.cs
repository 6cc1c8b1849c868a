using System.Globalization;
using RotateSecrets.Consumers;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;
using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation.Running;

/// <summary>What steps would come to: whom they would reach, how they would be undone, and how long they should take: as long as the last time, else by the number of instances.</summary>
internal sealed class StepForecast
{
    private const string Nobody = "nobody";
    private const string NothingToUndo = "nothing to undo";

    private static readonly TimeSpan PerCall = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan PerInstance = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, TimeSpan> lastTime = [];
    private readonly List<Consumer> consumers = [];
    private readonly HashSet<string> ofSide = new(StringComparer.Ordinal);
    private readonly RotationRun run;

    private StepForecast(RotationRun run) => this.run = run;

    /// <summary>Looks at the consumers, and at the last rotation of the same secret.</summary>
    public static async Task<StepForecast> OfAsync(RotationRun run, CancellationToken cancellation)
    {
        var forecast = new StepForecast(run);
        await foreach (var found in run.Services.Consumers.FindAsync(run.Plan.Address, cancellation))
        {
            if (found.Succeeded(out var consumer, out _) && run.Plan.Consumers.Takes(consumer))
            {
                forecast.consumers.Add(consumer);
            }
        }

        if (run.Strategy.SideOf(run) is { } side)
        {
            await foreach (var found in run.Services.Consumers.FindAsync(side, cancellation))
            {
                if (found.Succeeded(out var consumer, out _))
                {
                    forecast.ofSide.Add(consumer.Id);
                }
            }
        }

        await forecast.RememberAsync(cancellation);
        return forecast;
    }

    /// <summary>A step as it would be.</summary>
    /// <param name="number">Its place in the sequence.</param>
    /// <param name="step">The step.</param>
    public RotationStep Of(int number, IRotationStep step)
    {
        var target = TargetOf(step);
        return new RotationStep(number, step.Kind, target, ChangeOf(step), target == Nobody ? NothingToUndo : UndoOf(step.Kind), DurationOf(number, step));
    }

    private string TargetOf(IRotationStep step)
    {
        if (step.Kind != StepKind.Restart)
        {
            return step.Kind == StepKind.Distribute && run.Strategy.SideOf(run) is null ? Nobody : run.Plan.Address.ToString();
        }

        var reached = ReachedBy(step).ToList();
        return reached.Count == 0
            ? Nobody
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(", ", reached.Take(5))}{(reached.Count > 5 ? $" and {reached.Count - 5} more" : string.Empty)} ({reached.Sum(InstancesOf)} instances)");
    }

    private string ChangeOf(IRotationStep step) => step.Kind == StepKind.Stage && TakesItsPlaceAtOnce ? "Write the new value in the old one's place" : step.Purpose;

    private string UndoOf(StepKind kind) => kind switch
    {
        StepKind.Stage when TakesItsPlaceAtOnce => "the old value is written back",
        StepKind.Promote when TakesItsPlaceAtOnce => NothingToUndo,
        StepKind.Create or StepKind.Stage => "the candidate is destroyed",
        StepKind.Distribute => "references are pointed to the old value",
        StepKind.Restart => "the consumers are restarted with the old value",
        StepKind.Promote => "the old value is made current again",
        StepKind.Revoke => "not: from here on there is no way back",
        StepKind.Cascade => "each derived secret by a rotation of its own",
        _ => NothingToUndo,
    };

    private TimeSpan DurationOf(int number, IRotationStep step) => step.Kind switch
    {
        StepKind.Grace => run.Options.Emergency ? TimeSpan.Zero : run.Plan.Grace,
        _ when lastTime.TryGetValue(number, out var took) => took,
        StepKind.Restart => PerInstance * Rounds(step),
        _ => PerCall,
    };

    private bool TakesItsPlaceAtOnce => run.Strategy.IsSeenEarly && run.Strategy.SideOf(run) is null;

    private static int InstancesOf(Consumer consumer) => consumer.Replicas ?? 1;

    // As many consumers at once as the limit allows, the instances of each one after another.
    private int Rounds(IRotationStep step) =>
        ReachedBy(step).OrderByDescending(InstancesOf).Chunk(run.Options.ThrottleLimit).Sum(static atOnce => InstancesOf(atOnce[0]));

    private IEnumerable<Consumer> ReachedBy(IRotationStep step) => step switch
    {
        _ when step == Rollout.Early => consumers.Where(IsReachedEarly),
        _ when step == Rollout.Final => consumers.Where(consumer => !IsReachedEarly(consumer) || IsPointedBack(consumer)),
        _ when step == Rollout.Restored => consumers,
        _ => consumers.Where(HoldsBoth),
    };

    // Where the candidate waits under a second name, references are pointed there, but for those who read both names.
    private bool IsReachedEarly(Consumer consumer) => run.Strategy.SideOf(run) is not null
        ? HoldsBoth(consumer) || (run.Services.Consumers.ControlOf(consumer).Succeeded(out var control, out _) && control is IConsumerRepointer)
        : consumer.References.Any(reference => reference.Stage == (run.Strategy.IsSeenEarly ? SecretStage.Current : SecretStage.Pending));

    // The next run of what runs now and then reads the first name again, with no more ado.
    private bool IsPointedBack(Consumer consumer) =>
        run.Strategy.SideOf(run) is not null && run.Strategy.ReturnsHome && !HoldsBoth(consumer)
        && (consumer.Uptake != Uptake.NextRun || RolloutSelection.IsShownByRun(run, consumer));

    private bool HoldsBoth(Consumer consumer) => consumer.HoldsSeveral || ofSide.Contains(consumer.Id);

    private async Task RememberAsync(CancellationToken cancellation)
    {
        var query = new RotationQuery { Key = RotationKey.Of(run.Store, run.Plan.Address), States = [RotationState.Completed], Limit = 1 };
        await foreach (var listed in run.Services.Journal.ListAsync(query, cancellation))
        {
            if (listed.Succeeded(out var id, out _) && (await run.Services.Journal.ReadAsync(id, cancellation)).Succeeded(out var past, out _))
            {
                foreach (var step in SecretRotation.Of(id, past).Steps)
                {
                    lastTime[step.Number] = step.Duration;
                }
            }
        }
    }
}
