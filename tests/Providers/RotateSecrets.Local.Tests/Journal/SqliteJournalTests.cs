using RotateSecrets.Contracts;
using RotateSecrets.Rotation;

namespace RotateSecrets.Local.Tests.Journal;

public sealed class SqliteJournalTests : JournalContract
{
    private readonly JournalFolder folder = new();

    protected override DateTimeOffset Now => folder.Time.GetUtcNow();

    protected override async Task<IRotationJournal> OpenAsync() => await folder.OpenAsync();

    protected override void Advance(TimeSpan time) => folder.Time.Advance(time);

    protected override ValueTask CleanAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
