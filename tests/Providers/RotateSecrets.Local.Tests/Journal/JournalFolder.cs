using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Local.Journal;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Local.Tests.Journal;

/// <summary>A folder with a journal in it, and a way to reach into its file behind its back.</summary>
internal sealed class JournalFolder : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public string Path => System.IO.Path.Combine(Folder, "journal.db");

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

    public Task<Outcome<SqliteJournal>> TryOpenAsync() => SqliteJournal.OpenAsync(Path, Time, TestContext.Current.CancellationToken);

    public async Task<SqliteJournal> OpenAsync() => Value(await TryOpenAsync());

    /// <summary>Two rotations, their events by turns: 1, 3, 5 and 7 are of "odd", 2, 4, 6 and 8 of "even".</summary>
    public async Task FillAsync()
    {
        await using var journal = await OpenAsync();
        var odd = Value(await journal.TakeAsync("odd key", "odd", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        var even = Value(await journal.TakeAsync("even key", "even", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        for (var i = 0; i < 4; i++)
        {
            foreach (var lease in (RotationLease[])[odd, even])
            {
                var happened = new RotationEvent(lease.RotationId, Time.GetUtcNow(), i == 0 ? RotationEventKind.Begun : RotationEventKind.Noted) { Message = $"{lease.RotationId} {i}" };
                Value(await journal.AppendAsync(happened, RotationState.Failed, lease, TestContext.Current.CancellationToken));
            }
        }
    }

    /// <summary>What somebody does who has SQLite and no key.</summary>
    public void Alter(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are the tests' own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public IReadOnlyList<string> Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are the journal's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }

        return rows;
    }

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
