using System.Text;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Journal;

/// <summary>Somebody who has the file and no key writes into it. What is no longer what was written is named, and not used.</summary>
public sealed class TamperedJournalTests : IDisposable
{
    private readonly JournalFolder folder = new();

    public static TheoryData<int, string> EachColumn
    {
        get
        {
            var data = new TheoryData<int, string>();
            string[] changes =
            [
                "at = at + 1", "kind = 'StepDone'", "step = 3", "stepKind = 'Revoke'", "message = 'nothing'", "code = 'Throttled'", "facts = '{\"outcome\":\"Completed\"}'",
                "previous = 0 - 1", "mac = zeroblob(32)",
            ];
            foreach (var change in changes)
            {
                for (var sequence = 1; sequence <= 8; sequence++)
                {
                    data.Add(sequence, change);
                }
            }

            return data;
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(EachColumn))]
    public async Task An_event_that_was_altered_is_named_with_its_rotation(int sequence, string change)
    {
        await folder.FillAsync();
        folder.Alter($"UPDATE event SET {change} WHERE sequence = {sequence}");

        var rotation = sequence % 2 == 0 ? "even" : "odd";
        var failure = await FailureAsync(rotation);

        // What the head knows of the last event is looked at first.
        Assert.Contains(sequence == 8 && change.StartsWith("mac", StringComparison.Ordinal) ? "event 8" : $"event {sequence}, of the rotation {rotation}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task An_event_that_is_gone_is_missed_by_its_own_rotation(int sequence)
    {
        await folder.FillAsync();
        folder.Alter($"DELETE FROM event WHERE sequence = {sequence}");

        Assert.Contains($"event {sequence}, of the rotation odd, is missing", (await FailureAsync("odd")).Message, StringComparison.Ordinal);
        Assert.Contains($"event {sequence} is missing", (await FailureAsync("even")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tail_that_was_cut_off_is_missed()
    {
        await folder.FillAsync();
        folder.Alter("DELETE FROM event WHERE sequence > 5");
        Assert.Contains("event 8, the last one, is missing", (await FailureAsync("odd")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_changed_places_are_found()
    {
        await folder.FillAsync();
        folder.Alter("UPDATE event SET sequence = 100 WHERE sequence = 3; UPDATE event SET sequence = 3 WHERE sequence = 5; UPDATE event SET sequence = 5 WHERE sequence = 100");
        Assert.Contains("event 3, of the rotation odd, is not what was written", (await FailureAsync("odd")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_of_another_rotation_is_not_taken_for_its_own()
    {
        await folder.FillAsync();
        folder.Alter("UPDATE event SET rotation = 'odd' WHERE sequence = 4");
        Assert.Contains("event 4, of the rotation odd, is not what was written", (await FailureAsync("odd")).Message, StringComparison.Ordinal);
        Assert.Contains("event 4, of the rotation even, is missing", (await FailureAsync("even")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE rotation SET state = 'Completed' WHERE id = 'odd'", "is not what was written")]
    [InlineData("UPDATE rotation SET last = 5 WHERE id = 'odd'; DELETE FROM event WHERE sequence = 7", "is not what was written")]
    [InlineData("UPDATE rotation SET key = 'another' WHERE id = 'odd'", "is not what was written")]
    [InlineData("DELETE FROM rotation WHERE id = 'odd'", "is missing")]
    public async Task A_rotation_whose_note_was_altered_is_named(string sql, string flaw)
    {
        await folder.FillAsync();
        folder.Alter(sql);
        Assert.Contains($"the note of the rotation odd {flaw}", (await FailureAsync("odd")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE head SET count = 7")]
    [InlineData("UPDATE head SET mac = zeroblob(32)")]
    [InlineData("DELETE FROM head")]
    [InlineData("INSERT INTO head SELECT * FROM head")]
    public async Task A_head_that_was_altered_is_found_and_nothing_is_appended_to_it(string sql)
    {
        await folder.FillAsync();
        folder.Alter(sql);
        Assert.Contains("head", (await FailureAsync("odd")).Message, StringComparison.Ordinal);

        await using var journal = await folder.OpenAsync();
        var lease = JournalFolder.Value(await journal.TakeAsync("new key", "new", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        var appended = await journal.AppendAsync(
            new RotationEvent("new", folder.Time.GetUtcNow(), RotationEventKind.Begun), RotationState.Running, lease, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.StoreCorrupt, appended.Failure?.Code);
    }

    [Fact]
    public async Task A_sealed_value_that_was_moved_to_another_rotation_does_not_open()
    {
        using var value = SecretValue.FromText("whatever");
        await using var journal = await folder.OpenAsync();
        var lease = JournalFolder.Value(await journal.TakeAsync("key", "one", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        JournalFolder.Value(await journal.SealAsync(lease, "candidate", value, TestContext.Current.CancellationToken));
        folder.Alter("UPDATE sealed SET rotation = 'two'");

        var failure = (await journal.UnsealAsync("two", "candidate", TestContext.Current.CancellationToken)).Failure;
        Assert.Equal(FailureCode.StoreCorrupt, failure?.Code);
        Assert.Contains("the candidate value of the rotation two", failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verification_that_somebody_made_up_is_not_believed()
    {
        await using var journal = await folder.OpenAsync();
        folder.Alter("INSERT INTO verification VALUES ('store', 'app', '', '7', 1, 'made up', zeroblob(32))");

        var version = new SecretVersion(SecretAddress.Parse("local:app"), "7", SecretStage.Current, DateTimeOffset.UnixEpoch);
        Assert.Equal(FailureCode.StoreCorrupt, (await journal.FindVerificationAsync("store", version, TestContext.Current.CancellationToken)).Failure?.Code);
    }

    [Fact]
    public async Task No_value_stands_in_any_file_in_plain_text_neither_while_it_is_kept_nor_after()
    {
        const string canary = "canary-5f1c2e7a90b34d68";
        using var value = SecretValue.FromText(canary);
        await using var journal = await folder.OpenAsync();
        var lease = JournalFolder.Value(await journal.TakeAsync("key", "one", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        JournalFolder.Value(await journal.SealAsync(lease, "candidate", value, TestContext.Current.CancellationToken));
        AssertNowhere(canary);
        JournalFolder.Value(await journal.ForgetAsync(lease, TestContext.Current.CancellationToken));
        AssertNowhere(canary);
    }

    [Fact]
    public async Task A_journal_of_a_newer_version_is_refused_and_not_touched()
    {
        await folder.FillAsync();
        folder.Alter("PRAGMA user_version = 2");
        var before = await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken);

        var failure = (await folder.TryOpenAsync()).Failure;

        Assert.Equal(FailureCode.StoreTooNew, failure?.Code);
        Assert.Contains("has the format 2; this version of the module reads up to 1", failure?.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken));
    }

    private void AssertNowhere(string canary)
    {
        var text = Encoding.UTF8.GetBytes(canary);
        foreach (var path in Directory.GetFiles(folder.Folder))
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Assert.True(bytes.AsSpan().IndexOf(text) < 0, path);
        }
    }

    private async Task<Failure> FailureAsync(string rotation)
    {
        await using var journal = await folder.OpenAsync();
        var failure = (await journal.ReadAsync(rotation, TestContext.Current.CancellationToken)).Failure;
        Assert.NotNull(failure);
        Assert.Equal(FailureCode.StoreCorrupt, failure.Code);
        return failure;
    }
}
