using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Local.Tests.Store;

/// <summary>A folder with a store in it.</summary>
internal sealed class StoreFolder : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public string Path => System.IO.Path.Combine(Folder, "secrets.db");

    public string KeyFile => Path + ".key";

    public async Task<Outcome<ISecretStore>> ConnectAsync(SecretValue? passphrase = null, string? keyFile = null)
    {
        var settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        if (keyFile is not null)
        {
            settings["KeyFile"] = [keyFile];
        }

        var request = new ConnectionRequest("local", Path, TimeProvider.System) { Credential = passphrase, Settings = settings };
        return (await new LocalProvider().ConnectAsync(request, TestContext.Current.CancellationToken)).Map(static connection => connection.Store);
    }

    /// <summary>Writes one secret and closes the store again.</summary>
    public async Task FillAsync(string text = "canary-value")
    {
        await using var store = Stored(await ConnectAsync());
        using var value = SecretValue.FromText(text);
        foreach (var path in (string[])["A", "B"])
        {
            var request = new PutRequest(SecretAddress.Parse($"local:{path}"), value, SecretStage.Current, Guid.NewGuid().ToString("N"));
            Stored(await store.PutAsync(request, TestContext.Current.CancellationToken));
        }
    }

    public static T Stored<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
