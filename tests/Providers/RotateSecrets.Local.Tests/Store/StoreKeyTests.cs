using RotateSecrets.Installation;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Store;

public sealed class StoreKeyTests : IDisposable
{
    private readonly StoreFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Store_and_key_file_are_for_their_owner_alone()
    {
        await folder.FillAsync();
        await using var store = StoreFolder.Stored(await folder.ConnectAsync());
        foreach (var file in Directory.GetFiles(folder.Folder))
        {
            Assert.False(PrivateFile.IsOpenToOthers(file), file);
        }
    }

    [Fact]
    public async Task No_value_lies_in_the_files_in_the_clear()
    {
        await folder.FillAsync("canary-5fd2c1");
        foreach (var file in Directory.GetFiles(folder.Folder))
        {
            Assert.DoesNotContain("canary-5fd2c1", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_key_file_is_named_and_no_new_one_is_made()
    {
        await folder.FillAsync();
        File.Delete(folder.KeyFile);

        var failure = (await folder.ConnectAsync()).Failure;

        Assert.Equal(FailureCode.KeyMissing, failure?.Code);
        Assert.Contains(folder.KeyFile, failure!.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.KeyFile));
    }

    [Fact]
    public async Task A_wrong_key_file_is_named_and_the_store_stays_as_it_is()
    {
        await folder.FillAsync();
        var before = await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken);
        using var other = new StoreFolder();
        await other.FillAsync();

        var failure = (await folder.ConnectAsync(keyFile: other.KeyFile)).Failure;

        Assert.Equal(FailureCode.KeyWrong, failure?.Code);
        Assert.Contains(other.KeyFile, failure!.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.Path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("rotatesecrets-key:")]
    [InlineData("rotatesecrets-key:AAAA")]
    [InlineData("rotatesecrets-key:!!!!")]
    public async Task A_key_file_that_holds_no_key_is_refused(string content)
    {
        await folder.FillAsync();
        await File.WriteAllTextAsync(folder.KeyFile, content, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.KeyWrong, (await folder.ConnectAsync()).Failure?.Code);
    }

    [Fact]
    public async Task A_passphrase_opens_what_was_made_with_it_and_nothing_else_does()
    {
        using var right = SecretValue.FromText("correct horse");
        using var wrong = SecretValue.FromText("correct house");
        await (await ConnectedAsync(right)).DisposeAsync();
        Assert.False(File.Exists(folder.KeyFile));

        await (await ConnectedAsync(right)).DisposeAsync();
        Assert.Equal(FailureCode.KeyWrong, (await folder.ConnectAsync(wrong)).Failure?.Code);
        Assert.Equal(FailureCode.KeyMissing, (await folder.ConnectAsync()).Failure?.Code);
    }

    [Fact]
    public async Task A_store_with_a_key_file_is_not_opened_by_a_passphrase()
    {
        await folder.FillAsync();
        using var passphrase = SecretValue.FromText("anything");
        Assert.Equal(FailureCode.KeyWrong, (await folder.ConnectAsync(passphrase)).Failure?.Code);
    }

    private async Task<Stores.ISecretStore> ConnectedAsync(SecretValue passphrase) => StoreFolder.Stored(await folder.ConnectAsync(passphrase));
}
