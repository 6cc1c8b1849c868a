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
        foreach (var run in runs.Where(run => run.IsActive && !IsDone(run, number)))
        {
            if ((await run.NoteAsync(Happened(run, number, step, RotationEventKind.StepBegun, step.Purpose))).Failure is null)
            {
                ready.Add(run);
            }
        }

        if (ready.Count == 0)
        {
            return;
        }

        if (step is Rollout rollout)
        {
            var outcomes = await GuardAsync(ready[0], async _ => Outcome.Of(await rollout.DoAsync(ready, stop, number)), stop.Now);
            foreach (var run in ready)
            {
                await NoteAsync(run, number, step, outcomes.Succeeded(out var each, out var failure) ? each[run] : failure);
            }
        }
        else
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit };
            await Parallel.ForEachAsync(ready, options, async (run, _) => await NoteAsync(run, number, step, await RepeatAsync(run, step, stop.Now)));
        }
    }

    private static bool IsDone(RotationRun run, int number) =>
        run.Record.Steps.Exists(step => step.Number == number && step.State == StepState.Done);

    private static async Task<Outcome<StepReport>> RepeatAsync(RotationRun run, IRotationStep step, CancellationToken now)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await GuardAsync(run, cancellation => step.DoAsync(run, cancellation), now);
            if (!MayHelp(outcome.Failure) || attempt >= run.Options.Attempts || now.IsCancellationRequested || !run.IsActive)
            {
                return outcome;
            }

            var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempt - 1, 10)));
            await Task.Delay(outcome.Failure!.RetryAfter ?? pause, run.Services.Time, CancellationToken.None);
        }
    }

    // Everything that is done can be done again: so what may pass is tried again, and what may have happened too.
    private static bool MayHelp(Failure? failure) => failure is not null
        && (failure.Effect == Effect.Unknown || failure.Code is FailureCode.StoreUnavailable or FailureCode.StoreBusy or FailureCode.ConsumerBusy or FailureCode.Throttled);

    private static async Task<Outcome<T>> GuardAsync<T>(RotationRun run, Func<CancellationToken, Task<Outcome<T>>> work, CancellationToken now)
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
