using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Steps;

namespace RotateSecrets.Rotation.Running;

/// <summary>Tries again to make the revocations that a rotation owes, and to see that they took effect.</summary>
internal static class DebtCollector
{
    /// <summary>Tries those that are due, and calls out those that are owed for too long.</summary>
    /// <param name="run">The rotation, which has ended but for them.</param>
    /// <param name="evenIfNotDue">Whether the pause between attempts doesn't matter.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async Task CollectAsync(RotationRun run, bool evenIfNotDue, CancellationToken cancellation)
    {
        var now = run.Services.Time.GetUtcNow();
        foreach (var debt in run.Record.Debts.Where(debt => !debt.IsPaid && (evenIfNotDue || debt.DueAt <= now)))
        {
            var paid = await StepPerformer.GuardAsync(run, token => PayAsync(run, token), cancellation);
            if (paid.Succeeded(out var report, out var failure))
            {
                await run.NoteAsync(Event(run, RotationEventKind.DebtPaid, report.Message, debt));
                continue;
            }

            if (failure.Code == FailureCode.Stopped)
            {
                run.Tell(failure);
                return;
            }

            await run.NoteAsync(Event(run, RotationEventKind.DebtRetried, failure.Message, debt) with { Code = failure.Code });
            run.Tell(failure);
            if (debt.EscalatedAt is null && now - debt.OwedSince > run.Plan.DebtLimit)
            {
                var message = $"The revocation of version {debt.VersionId} of {run.Record.Address} is owed since {debt.OwedSince:u}, longer than the plan allows. "
                    + $"Who answers for it: {run.Plan.Owner ?? "nobody was named"}.";
                await run.NoteAsync(Event(run, RotationEventKind.DebtEscalated, message, debt));
                run.Tell(new Failure(FailureCode.StillInUse, run.Record.Address, message) { Remedy = failure.Remedy });
            }
        }
    }

    // What had to wait for the revocation belongs to it: that nobody has the old value any more, and that it is refused.
    private static async Task<Outcome<StepReport>> PayAsync(RotationRun run, CancellationToken cancellation)
    {
        if ((await run.Strategy.RevokeAsync(run, cancellation)).Failed(out var failure, out var revoked)
            || (await run.NoteAsync(run.Event(RotationEventKind.Noted, revoked.Message) with { Facts = revoked.Facts })).Failed(out failure, out _)
            || (await Rollout.Drop.DoAsync(run, cancellation)).Failed(out failure, out _)
            || (await new ProveStep().DoAsync(run, cancellation)).Failed(out failure, out var proof)
            || (await run.Services.Journal.ForgetAsync(run.Lease, cancellation)).Failed(out failure, out _))
        {
            return failure;
        }

        return new StepReport($"{revoked.Message} {proof.Message}");
    }

    private static RotationEvent Event(RotationRun run, RotationEventKind kind, string message, RotationDebt debt) =>
        run.Event(kind, message) with { Facts = new Dictionary<string, string>(StringComparer.Ordinal) { [Fact.Debt] = debt.VersionId } };
}
