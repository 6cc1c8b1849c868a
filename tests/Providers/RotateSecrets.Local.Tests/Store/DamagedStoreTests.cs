using Microsoft.Data.Sqlite;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Local.Tests.Store;

public sealed class DamagedStoreTests : IDisposable
{
    private readonly StoreFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(4096)]
    [InlineData(5000)]
    [InlineData(8192)]
    public async Task A_truncated_store_is_refused_and_not_written_to(int length)
    {
        await folder.FillAsync();
        var whole = await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken);
        Assert.True(whole.Length > length);
        await File.WriteAllBytesAsync(folder.Path, whole[..length], TestContext.Current.CancellationToken);

        Assert.Equal(FailureCode.StoreCorrupt, (await folder.ConnectAsync()).Failure?.Code);

        Assert.Equal(whole[..length], await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_flipped_byte_anywhere_is_either_without_consequence_or_refused_and_never_changes_a_value()
    {
        await folder.FillAsync();
        var whole = await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken);
        var refused = 0;
        for (var position = 0; position < whole.Length; position += 7)
        {
            var altered = whole.ToArray();
            altered[position] ^= 0x55;

            // A store that could be opened, but not closed in order, leaves its log; it would be replayed into the next alteration.
            File.Delete(folder.Path + "-wal");
            File.Delete(folder.Path + "-shm");
            await File.WriteAllBytesAsync(folder.Path, altered, TestContext.Current.CancellationToken);

            var outcome = await folder.ConnectAsync();
            if (outcome.Failed(out var failure, out var store))
            {
                refused++;
                Assert.True(
                    failure.Code is FailureCode.StoreCorrupt or FailureCode.StoreTooNew or FailureCode.KeyWrong or FailureCode.StoreUnavailable
                        or FailureCode.AccessDenied or FailureCode.KeyMissing,
                    $"at {position}: {failure}");
                Assert.Equal(altered, await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken));
            }
            else
            {
                await using (store)
                {
                    var read = await store.ReadAsync(SecretAddress.Parse("local:A"), VersionSelector.Current, TestContext.Current.CancellationToken);
                    if (read.Succeeded(out var version, out _))
                    {
                        Assert.Equal("canary-value", version.Value!.Reveal());
                    }
                }
            }
        }

        Assert.True(refused > 100, $"only {refused} alterations were noticed");
    }

    [Theory]
    [InlineData("UPDATE version SET stage = 2 WHERE path = 'A'")]
    [InlineData("UPDATE version SET created = created + 1 WHERE path = 'A'")]
    [InlineData("DELETE FROM version WHERE path = 'A'")]
    [InlineData("INSERT INTO version SELECT 'C', field, number, stage, created, staged, token, piece, mac FROM version WHERE path = 'A'")]
    [InlineData("UPDATE version SET piece = (SELECT piece FROM version WHERE path = 'B') WHERE path = 'A'")]
    [InlineData("UPDATE seal SET count = count + 1")]
    [InlineData("DELETE FROM seal")]
    [InlineData("DELETE FROM lock")]
    [InlineData("UPDATE lock SET rounds = 1, kind = 7")]
    [InlineData("DROP TABLE version")]
    public async Task A_store_that_was_edited_by_hand_is_refused(string edit)
    {
        await folder.FillAsync();
        Edit(edit);
        Assert.Equal(FailureCode.StoreCorrupt, (await folder.ConnectAsync()).Failure?.Code);
    }

    [Fact]
    public async Task An_edited_audit_log_is_noticed_when_it_is_read()
    {
        await folder.FillAsync();
        Edit("UPDATE audit SET principal = 'somebody else' WHERE number = 1");
        await using var store = StoreFolder.Stored(await folder.ConnectAsync());

        await foreach (var happened in store.ReadAuditAsync(new AuditQuery(), TestContext.Current.CancellationToken))
        {
            Assert.Equal(FailureCode.StoreCorrupt, happened.Failure?.Code);
            Assert.Contains("entry 1 of the audit log", happened.Failure!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_row_that_is_altered_while_the_store_is_open_is_noticed()
    {
        await folder.FillAsync();
        await using var store = StoreFolder.Stored(await folder.ConnectAsync());
        Edit("UPDATE version SET stage = 2 WHERE path = 'A'");

        var read = await store.ReadAsync(SecretAddress.Parse("local:A"), VersionSelector.OfId("1"), TestContext.Current.CancellationToken);

        Assert.Equal(FailureCode.StoreCorrupt, read.Failure?.Code);
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_left_alone()
    {
        await folder.FillAsync();
        Edit("PRAGMA user_version = 99");
        Assert.Equal(FailureCode.StoreTooNew, (await folder.ConnectAsync()).Failure?.Code);
    }

    [Fact]
    public async Task A_database_of_something_else_is_left_alone()
    {
        using (var other = new SqliteConnection($"Data Source={folder.Path};Pooling=False"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE cookies (a)";
            command.ExecuteNonQuery();
        }

        var failure = (await folder.ConnectAsync()).Failure;
        Assert.Equal(FailureCode.StoreCorrupt, failure?.Code);
        Assert.Contains("no secret store", failure!.Message, StringComparison.Ordinal);
    }

    private void Edit(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
