using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Tests.Journal;

public sealed class LeaseTests : IDisposable
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(30);

    private readonly JournalFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("pid = 4194305")]
    [InlineData("started = 'another boot:1'")]
    public async Task A_holder_that_has_died_holds_nothing_nor_does_one_that_got_its_number(string change)
    {
        await using var journal = await folder.OpenAsync();
        var dead = JournalFolder.Value(await journal.TakeAsync("key", "one", Term, Cancellation));
        folder.Alter($"UPDATE lease SET {change}");

        var alive = JournalFolder.Value(await journal.TakeAsync("key", "one", Term, Cancellation));

        Assert.True(alive.Fence > dead.Fence);
        Assert.Equal(FailureCode.LeaseLost, (await journal.RenewAsync(dead, Term, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task The_fence_goes_on_rising_when_the_journal_is_closed_and_opened()
    {
        var fences = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            await using var journal = await folder.OpenAsync();
            var lease = JournalFolder.Value(await journal.TakeAsync("key", "one", Term, Cancellation));
            fences.Add(lease.Fence);
            JournalFolder.Value(await journal.ReleaseAsync(lease, Cancellation));
        }

        Assert.Equal([1L, 2L, 3L], fences);
    }
}
