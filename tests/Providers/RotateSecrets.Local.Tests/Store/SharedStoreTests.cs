using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Local.Tests.Store;

/// <summary>Several connections to one file stand for several processes: SQLite's locks don't tell them apart.</summary>
public sealed class SharedStoreTests : IDisposable
{
    private readonly StoreFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Many_that_make_the_store_at_once_share_one()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => folder.ConnectAsync())));
        var stores = outcomes.Select(StoreFolder.Stored).ToList();
        await PutAsync(stores[0], "A");
        foreach (var store in stores)
        {
            StoreFolder.Stored(await store.ReadAsync(SecretAddress.Parse("local:A"), VersionSelector.Current, TestContext.Current.CancellationToken));
            await store.DisposeAsync();
        }

        Assert.Equal(["secrets.db", "secrets.db.key"], Directory.GetFiles(folder.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_that_write_at_once_lose_nothing()
    {
        await using var one = StoreFolder.Stored(await folder.ConnectAsync());
        await using var two = StoreFolder.Stored(await folder.ConnectAsync());
        await Task.WhenAll(
            Task.Run(async () => { for (var i = 0; i < 50; i++) { await PutAsync(one, "A"); } }, TestContext.Current.CancellationToken),
            Task.Run(async () => { for (var i = 0; i < 50; i++) { await PutAsync(two, "A"); } }, TestContext.Current.CancellationToken));

        var versions = new List<SecretVersion>();
        await foreach (var version in one.ListVersionsAsync(SecretAddress.Parse("local:A"), TestContext.Current.CancellationToken))
        {
            versions.Add(StoreFolder.Stored(version));
        }

        Assert.Equal(100, versions.Count);
        Assert.Single(versions, static version => version.Stage == SecretStage.Current);
    }

    [Fact]
    public async Task A_writer_that_is_kept_waiting_too_long_says_so()
    {
        await using var store = StoreFolder.Stored(await folder.ConnectAsync());
        using var holder = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.Path};Pooling=False");
        holder.Open();
        using var transaction = holder.BeginTransaction(deferred: false);

        Assert.Equal(FailureCode.StoreBusy, (await TryPutAsync(store, "A")).Failure?.Code);
    }

    [Fact]
    public async Task A_full_disk_refuses_the_write_and_keeps_what_was_there()
    {
        using var tiny = TinyDisk.TryMount();
        Assert.SkipWhen(tiny is null, "A disk of its own needs the right to mount one (run as root on Linux).");
        var path = Path.Combine(tiny.Path, "secrets.db");
        var request = new Providers.ConnectionRequest("local", path, TimeProvider.System);
        var connection = StoreFolder.Stored(await new LocalProvider().ConnectAsync(request, TestContext.Current.CancellationToken));
        await using var store = connection.Store;
        await PutAsync(store, "A");

        Failure? failure = null;
        for (var i = 0; failure is null && i < 2000; i++)
        {
            failure = (await TryPutAsync(store, "FILL", size: 64 * 1024)).Failure;
        }

        Assert.Equal(FailureCode.DiskFull, failure?.Code);
        Assert.Equal(Effect.None, failure!.Effect);
        File.Delete(Path.Combine(tiny.Path, "ballast"));
        StoreFolder.Stored(await store.ReadAsync(SecretAddress.Parse("local:A"), VersionSelector.Current, TestContext.Current.CancellationToken));
    }

    private static async Task PutAsync(ISecretStore store, string path) => StoreFolder.Stored(await TryPutAsync(store, path));

    private static async Task<Outcome<SecretVersion>> TryPutAsync(ISecretStore store, string path, int size = 16)
    {
        using var value = SecretValue.Create(size, System.Security.Cryptography.RandomNumberGenerator.Fill);
        return await store.PutAsync(
            new PutRequest(SecretAddress.Parse($"local:{path}"), value, SecretStage.Current, Guid.NewGuid().ToString("N")),
            TestContext.Current.CancellationToken);
    }
}
