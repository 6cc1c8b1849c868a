using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Local.Tests.Journal;

/// <summary>A journal grows for years. Whatever stands between an operator and the first step is looked up, however many rotations have ended.</summary>
public sealed class StatementTests : IDisposable
{
    private readonly JournalFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Nothing_that_is_asked_before_the_first_step_goes_through_all_rotations()
    {
        await folder.FillAsync();
        await using var journal = await folder.OpenAsync();

        // What beginning, resuming and estimating ask.
        await AskAsync(journal, new RotationQuery { Key = "odd key", States = [RotationState.CompletedWithDebt] });
        await AskAsync(journal, new RotationQuery { Key = "odd key", States = [RotationState.Running, RotationState.Stopped, RotationState.Failed, RotationState.Undoing], Limit = 1 });
        await AskAsync(journal, new RotationQuery { Key = "odd key", States = [RotationState.Completed], Limit = 1 });
        await AskAsync(journal, new RotationQuery { States = [RotationState.CompletedWithDebt] });
        await AskAsync(journal, new RotationQuery { Key = "odd key" });
        JournalFolder.Value(await journal.ReadAsync("odd", Cancellation));
        var lease = JournalFolder.Value(await journal.TakeAsync("odd key", "odd", TimeSpan.FromMinutes(1), Cancellation) is { Failure: null } taken
            ? taken
            : await OvertakeAsync(journal));
        JournalFolder.Value(await journal.AppendAsync(new RotationEvent("odd", folder.Time.GetUtcNow(), RotationEventKind.Held), RotationState.Running, lease, Cancellation));
        JournalFolder.Value(await journal.RenewAsync(lease, TimeSpan.FromMinutes(1), Cancellation));
        await journal.UnsealAsync("odd", "candidate", Cancellation);

        var statements = journal.Statements.Where(static sql => !sql.StartsWith("PRAGMA", StringComparison.Ordinal)).ToList();
        var scans =
            from sql in statements
            from row in folder.Ask($"EXPLAIN QUERY PLAN {Bound(sql)}")
            where row.Contains("SCAN", StringComparison.Ordinal) && !row.Contains("SCAN head", StringComparison.Ordinal) && !row.Contains("SCAN lock", StringComparison.Ordinal)
            select $"{row}: {sql}";

        Assert.True(statements.Count > 10, $"Only {statements.Count} statements were seen.");
        Assert.Empty(scans);
        Assert.DoesNotContain(journal.Statements, static sql => sql.Contains("_check", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_youngest_of_all_rotations_is_found_by_an_index_and_none_is_sorted()
    {
        await folder.FillAsync();
        await using var journal = await folder.OpenAsync();
        await AskAsync(journal, new RotationQuery { Limit = 1 });
        await AskAsync(journal, new RotationQuery { Key = "odd key", States = [RotationState.Completed], Limit = 1 });

        var plans = journal.Statements.Where(static sql => sql.Contains("FROM rotation", StringComparison.Ordinal)).SelectMany(sql => folder.Ask($"EXPLAIN QUERY PLAN {Bound(sql)}"));

        Assert.DoesNotContain(plans, static row => row.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    private static string Bound(string sql) => System.Text.RegularExpressions.Regex.Replace(sql, @"\$\d+", "1", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));

    private static async Task AskAsync(IRotationJournal journal, RotationQuery query)
    {
        await foreach (var listed in journal.ListAsync(query, Cancellation))
        {
            JournalFolder.Value(listed);
        }
    }

    private async Task<Outcome<RotationLease>> OvertakeAsync(IRotationJournal journal)
    {
        folder.Time.Advance(TimeSpan.FromMinutes(2));
        return await journal.TakeAsync("odd key", "odd", TimeSpan.FromMinutes(1), Cancellation);
    }
}
