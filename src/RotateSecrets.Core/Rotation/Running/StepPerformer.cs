using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;

namespace RotateSecrets.Rotation.Running;

/// <summary>Does a step: notes the intent, does it, asks again where trying again may help, and notes what it came to.</summary>
internal static class StepPerformer
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Does a step for rotations side by side.</summary>
    public static async Task PerformAsync(int number, IRotationStep step, IReadOnlyList<RotationRun> runs, int throttleLimit, StopRequest stop)
    {
        var ready = new List<RotationRun>();
        foreach (var run in runs.Where(run => run.IsActive && !IsDone(run, number, step)))
        {
            if (step.WaitsForDebts && run.Owes)
            {
                await run.NoteAsync(Happened(run, number, step, RotationEventKind.StepDone, "It waits for the revocation that is owed."));
            }
            else if ((await run.NoteAsync(Happened(run, number, step, RotationEventKind.StepBegun, step.Purpose))).Failure is null)
            {
                ready.Add(run);
            }
        }

        if (step is Rollout rollout)
        {
            await RollOutAsync(number, rollout, ready, stop);
        }
        else
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit };
            await Parallel.ForEachAsync(ready, options, async (run, _) => await NoteAsync(run, number, step, await RepeatAsync(run, step, stop.Now)));
        }
    }

    // Instances that were brought to a value may have been lost since: what follows has to find them as they were left, or they are looked at again.
    private static bool IsDone(RotationRun run, int number, IRotationStep step)
    {
        var done = run.Record.Steps.Where(static past => past.State == StepState.Done);
        return done.Any(past => past.Number == number) && (step is not Rollout || done.Any(past => past.Number > number));
    }

    private static async Task<Outcome<StepReport>> RepeatAsync(RotationRun run, IRotationStep step, CancellationToken now)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await GuardAsync(run, cancellation => step.DoAsync(run, cancellation), now);
            if (!MayHelp(run, outcome.Failure, attempt) || !await PauseAsync(run, outcome.Failure!, attempt, now))
            {
                return outcome;
            }
        }
    }

    private static async Task RollOutAsync(int number, Rollout rollout, IReadOnlyList<RotationRun> runs, StopRequest stop)
    {
        for (var attempt = 1; runs.Count > 0; attempt++)
        {
            var here = runs;
            var all = await GuardAsync(here[0], async _ => Outcome.Of(await rollout.DoAsync(here, stop, number)), stop.Now);
            var outcomes = here.ToDictionary(static run => run, run => all.Succeeded(out var each, out var failure) ? each[run] : failure);
            var again = here.Where(run => MayHelp(run, outcomes[run].Failure, attempt)).ToList();
            var slowest = again.Select(run => outcomes[run].Failure!).MaxBy(static failure => failure.RetryAfter);
            if (slowest is null || stop.AtSafePoint.IsCancellationRequested || !await PauseAsync(again[0], slowest, attempt, stop.Now))
            {
                again = [];
            }

            foreach (var run in here.Except(again))
            {
                await NoteAsync(run, number, rollout, outcomes[run]);
            }

            runs = again;
        }
    }

    // Everything that is done can be done again: so what may pass is tried again, and what may have happened too.
    private static bool MayHelp(RotationRun run, Failure? failure, int attempt) => failure is not null && attempt < run.Options.Attempts && run.IsActive
        && (failure.Effect == Effect.Unknown || failure.Code is FailureCode.StoreUnavailable or FailureCode.StoreBusy or FailureCode.ConsumerBusy or FailureCode.Throttled);

    // False where somebody didn't want to wait.
    private static async Task<bool> PauseAsync(RotationRun run, Failure failure, int attempt, CancellationToken now)
    {
        try
        {
            var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempt - 1, 10)));
            await Task.Delay(failure.RetryAfter ?? pause, run.Services.Time, now);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Does work for a rotation, and makes a failure of whatever it throws.</summary>
    public static async Task<Outcome<T>> GuardAsync<T>(RotationRun run, Func<CancellationToken, Task<Outcome<T>>> work, CancellationToken now)
        where T : notnull
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(now, run.Overtaken);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException) when (now.IsCancellationRequested)
        {
            return new Failure(FailureCode.Stopped, run.Record.Address, "It was stopped at once.") { Effect = Effect.Unknown };
        }
        catch (OperationCanceledException) when (run.Overtaken.IsCancellationRequested)
        {
            return new Failure(FailureCode.LeaseLost, run.Record.Address, "Another operator has taken the rotation over.");
        }
        catch (Exception e)
        {
            // Its message may quote what it was working on; its type can't.
            return new Failure(FailureCode.Unexpected, run.Record.Address, $"An unexpected {e.GetType().Name} was thrown.") { Effect = Effect.Unknown };
        }
    }

    private static async Task NoteAsync(RotationRun run, int number, IRotationStep step, Outcome<StepReport> outcome)
    {
        if (outcome.Succeeded(out var report, out var failure))
        {
            await run.NoteAsync(Happened(run, number, step, RotationEventKind.StepDone, report.Message) with { Facts = report.Facts });
            return;
        }

        switch (failure.Code)
        {
            case FailureCode.LeaseLost:
                await run.GiveUpAsync(failure);
                break;
            case FailureCode.Stopped:
                await run.NoteAsync(run.Event(RotationEventKind.Stopped, failure.Message));
                run.Rest();
                break;
            case var code when step.Kind == StepKind.Revoke && run[Fact.Previous] is { } version:
                await run.NoteAsync(Happened(run, number, step, RotationEventKind.DebtOwed, failure.Message) with
                {
                    Code = code,
                    Facts = new Dictionary<string, string>(StringComparer.Ordinal) { [Fact.Debt] = version },
                });
                await run.NoteAsync(Happened(run, number, step, RotationEventKind.StepDone, $"Owed: {failure.Message}"));
                break;
            default:
                await run.NoteAsync(Happened(run, number, step, RotationEventKind.StepFailed, failure.Message) with { Code = failure.Code });
                run.LastFailure = failure;
                break;
        }
    }

    private static RotationEvent Happened(RotationRun run, int number, IRotationStep step, RotationEventKind kind, string message) =>
        run.Event(kind, message) with { Step = number, StepKind = step.Kind };
}
