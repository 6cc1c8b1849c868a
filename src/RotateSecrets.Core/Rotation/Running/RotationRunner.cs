using System.Threading.Channels;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;

namespace RotateSecrets.Rotation.Running;

/// <summary>Runs rotations: forward, again, and back. Every event has reached the journal before it is handed out.</summary>
/// <param name="services">What rotations need of the world.</param>
public sealed class RotationRunner(RotationServices services)
{
    /// <summary>Rotates secrets side by side, each consumer restarted once for all of them.</summary>
    /// <param name="plans">What to rotate.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Ends it at the next safe point, or at once.</param>
    /// <returns>The events as they happen, and failures that keep a rotation from going on.</returns>
    public IAsyncEnumerable<Outcome<RotationEvent>> RunAsync(IReadOnlyList<RotationPlan> plans, RotationOptions options, StopRequest stop) =>
        Stream(async events =>
        {
            var group = RotationOpening.NewId();
            var runs = new List<RotationRun>();
            foreach (var plan in plans)
            {
                if ((await Opening(options, stop, events).BeginAsync(RotationOpening.NewId(), plan, group, parent: null, stop.Now)).Succeeded(out var run, out var failure))
                {
                    runs.Add(run);
                }
                else
                {
                    events.TryWrite(failure);
                }
            }

            await GoAsync(runs, options, stop);
        });

    /// <summary>Goes on with a rotation that was stopped, has failed, or whose holder died: forward, or back if it was on its way back.</summary>
    /// <param name="rotationId">Which rotation.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Ends it at the next safe point, or at once.</param>
    public IAsyncEnumerable<Outcome<RotationEvent>> ResumeAsync(string rotationId, RotationOptions options, StopRequest stop) =>
        Stream(async events =>
        {
            if ((await Opening(options, stop, events).TakeUpAsync(rotationId, stop.Now)).Succeeded(out var run, out var failure))
            {
                await GoAsync([run], options, stop);
            }
            else
            {
                events.TryWrite(failure);
            }
        });

    /// <summary>Leads a rotation back, from wherever it is before the revocation, as long as somebody holds the old value.</summary>
    /// <param name="rotationId">Which rotation.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Ends it at the next safe point, or at once.</param>
    public IAsyncEnumerable<Outcome<RotationEvent>> UndoAsync(string rotationId, RotationOptions options, StopRequest stop) =>
        Stream(async events =>
        {
            if (!(await Opening(options, stop, events).TakeUpAsync(rotationId, stop.Now)).Succeeded(out var run, out var failure))
            {
                events.TryWrite(failure);
            }
            else if (run.Record.IsUndoing)
            {
                // What was barred is found out before the first step back; later the old value is where it belongs, and no longer held.
                await GoAsync([run], options, stop);
            }
            else if (await Aftermath.BarrierAsync(run, stop.Now) is { } barrier)
            {
                await run.NoteAsync(run.Event(RotationEventKind.Stopped, barrier.Message));
                await run.GiveUpAsync(barrier);
                await RotationOpening.CloseAsync(run);
            }
            else
            {
                await run.NoteAsync(run.Event(RotationEventKind.UndoBegun, "It was asked to go back."));
                await GoAsync([run], options, stop);
            }
        });

    /// <summary>Tries again to make the revocations that a rotation owes.</summary>
    /// <param name="rotationId">Which rotation.</param>
    /// <param name="evenIfNotDue">Whether the pause between attempts doesn't matter.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Ends it at the next safe point, or at once.</param>
    public IAsyncEnumerable<Outcome<RotationEvent>> PayDebtsAsync(string rotationId, bool evenIfNotDue, RotationOptions options, StopRequest stop) =>
        Stream(async events =>
        {
            if ((await Opening(options, stop, events).PayDebtsAsync(rotationId, evenIfNotDue, stop.Now)).Failed(out var failure, out _))
            {
                events.TryWrite(failure);
            }
        });

    private static async IAsyncEnumerable<Outcome<RotationEvent>> Stream(Func<ChannelWriter<Outcome<RotationEvent>>, Task> work)
    {
        var events = Channel.CreateUnbounded<Outcome<RotationEvent>>();
        var all = CompleteAsync();
        await foreach (var happened in events.Reader.ReadAllAsync(CancellationToken.None))
        {
            yield return happened;
        }

        await all;

        async Task CompleteAsync()
        {
            try
            {
                await Task.Yield();
                await work(events.Writer);
            }
            finally
            {
                events.Writer.TryComplete();
            }
        }
    }

    private RotationOpening Opening(RotationOptions options, StopRequest stop, ChannelWriter<Outcome<RotationEvent>> events) =>
        new(services, options, events, (parent, child, _) => RunChildAsync(parent, child, options with { Value = null }, stop));

    // The parent's journal knows its children, so that a child is neither rotated twice nor forgotten.
    private async Task<Outcome<string>> RunChildAsync(RotationRun parent, RotationPlan child, RotationOptions options, StopRequest stop)
    {
        var opening = Opening(options, stop, parent.Events);
        var fact = Fact.Child + child.Address;
        SecretRotation? earlier = null;
        if (parent[fact] is { } known)
        {
            if ((await services.Journal.ReadAsync(known, stop.Now)).Succeeded(out var past, out var unread))
            {
                earlier = SecretRotation.Of(known, past);
            }
            else if (unread.Code != FailureCode.RotationNotFound)
            {
                return unread;
            }
        }

        if (earlier is { State: RotationState.Completed or RotationState.CompletedWithDebt })
        {
            return earlier.Id;
        }

        var opened = earlier is { HasEnded: false }
            ? await opening.TakeUpAsync(earlier.Id, stop.Now)
            : await BeginChildAsync(opening, parent, child, fact, stop);
        if (!opened.Succeeded(out var run, out var failure))
        {
            return failure;
        }

        await GoAsync([run], options, stop);
        return run.Record.State is RotationState.Completed or RotationState.CompletedWithDebt
            ? run.Record.Id
            : new Failure(
                run.Record.State == RotationState.Stopped ? FailureCode.Stopped : FailureCode.ProbeFailed,
                child.Address.ToString(),
                $"{child.Address}, which is derived from {parent.Record.Address}, is {run.Record.State}: {run.Record.Message}");
    }

    private static async Task<Outcome<RotationRun>> BeginChildAsync(
        RotationOpening opening, RotationRun parent, RotationPlan child, string fact, StopRequest stop)
    {
        // Noted before it is begun: a child that died right after its beginning is found again.
        var id = RotationOpening.NewId();
        var noted = await parent.NoteAsync(parent.Event(RotationEventKind.Noted, $"{child.Address} is rotated as {id}.") with
        {
            Facts = new Dictionary<string, string>(StringComparer.Ordinal) { [fact] = id },
        });
        return noted.Failure is { } failure ? failure : await opening.BeginAsync(id, child, parent[Fact.Run]!, parent.Record.Id, stop.Now);
    }

    private static async Task GoAsync(IReadOnlyList<RotationRun> runs, RotationOptions options, StopRequest stop)
    {
        using var ended = new CancellationTokenSource();
        var heartbeat = LeaseHeartbeat.BeatAsync(runs, options, ended.Token);
        try
        {
            await WalkAsync(StepSequence.Forward, [.. runs.Where(static run => !run.Record.IsUndoing)], options, stop);
            await WalkAsync(StepSequence.Back, [.. runs.Where(static run => run.Record.IsUndoing)], options, stop);
        }
        finally
        {
            await ended.CancelAsync();
            await heartbeat;
            foreach (var run in runs)
            {
                await RotationOpening.CloseAsync(run);
            }
        }
    }

    private static async Task WalkAsync(
        IReadOnlyList<(int Number, IRotationStep Step)> steps, IReadOnlyList<RotationRun> runs, RotationOptions options, StopRequest stop)
    {
        foreach (var (number, step) in steps)
        {
            if (stop.AtSafePoint.IsCancellationRequested)
            {
                await StopAsync(runs);
                return;
            }

            await StepPerformer.PerformAsync(number, step, runs, options.ThrottleLimit, stop);
            foreach (var run in runs)
            {
                await AfterAsync(step, run, options, stop);
            }
        }
    }

    private static async Task StopAsync(IReadOnlyList<RotationRun> runs)
    {
        foreach (var run in runs.Where(static run => run.IsActive))
        {
            await run.NoteAsync(run.Event(RotationEventKind.Stopped, "It was stopped at a safe point."));
            run.Rest();
        }
    }

    private static async Task AfterAsync(IRotationStep step, RotationRun run, RotationOptions options, StopRequest stop)
    {
        if (!run.IsActive)
        {
            return;
        }

        if (run.LastFailure is { } failure)
        {
            run.LastFailure = null;
            run.Tell(failure);
            if (Aftermath.EndsAtOnce(run, step))
            {
                await Aftermath.EndAsync(run, RotationState.Undone, $"{run.Record.Address}: nothing was touched.");
            }
            else if (await Aftermath.LeadsBackAsync(run, step, failure, stop.Now))
            {
                await run.NoteAsync(run.Event(RotationEventKind.UndoBegun, $"{step.Kind} failed: {failure.Message}"));
                await WalkAsync(StepSequence.Back, [run], options, stop);
            }

            run.Rest();
        }
        else if (step is ReportStep report)
        {
            var outcome = report.OutcomeOf(run);
            await Aftermath.EndAsync(run, outcome, $"{run.Record.Address}: {outcome}.");
        }
    }
}
