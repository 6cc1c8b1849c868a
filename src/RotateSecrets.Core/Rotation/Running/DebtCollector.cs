using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Running;

/// <summary>Tries again to make the revocations that a rotation owes.</summary>
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
            var revoked = await run.Strategy.RevokeAsync(run, cancellation);
            if (revoked.Succeeded(out var report, out var failure))
            {
                await run.NoteAsync(Event(run, RotationEventKind.DebtPaid, report.Message, debt));
                await run.Services.Journal.ForgetAsync(run.Lease, cancellation);
                continue;
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

    private static RotationEvent Event(RotationRun run, RotationEventKind kind, string message, RotationDebt debt) =>
        run.Event(kind, message) with { Facts = new Dictionary<string, string>(StringComparer.Ordinal) { [Fact.Debt] = debt.VersionId } };
}
