using AwsDouble;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests;

/// <summary>The double, and a store that is connected to it.</summary>
internal sealed class AwsFixture : IAsyncDisposable
{
    private AwsFixture(DoubleServer server, ISecretStore store)
    {
        Server = server;
        Store = store;
    }

    public DoubleServer Server { get; }

    public ISecretStore Store { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<AwsFixture> StartAsync(TimeProvider? time = null)
    {
        var server = await DoubleServer.StartAsync();
        return new AwsFixture(server, Value(await ConnectAsync(server.Address, time: time)).Store);
    }

    public static async Task<Outcome<Connection>> ConnectAsync(
        string endpoint, string region = "eu-central-1", string key = DoubleServer.AccessKey, string secret = DoubleServer.SecretKey, TimeProvider? time = null, string name = "aws", params (string, string)[] more)
    {
        using var value = SecretValue.FromText(secret);
        return await new AwsProvider().ConnectAsync(
            new ConnectionRequest(name, endpoint, time ?? TimeProvider.System)
            {
                Credential = value,
                Settings = new (string Name, string Text)[] { ("Region", region), ("AccessKeyId", key) }.Concat(more)
                    .ToDictionary(static pair => pair.Item1, static IReadOnlyList<string> (pair) => [pair.Item2], StringComparer.OrdinalIgnoreCase),
            },
            Cancellation);
    }

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    public async Task<Outcome<SecretVersion>> TryPutAsync(SecretAddress address, string text, SecretStage stage, string? token = null, string? expected = null)
    {
        using var value = SecretValue.FromText(text);
        return await Store.PutAsync(new PutRequest(address, value, stage, token ?? Guid.NewGuid().ToString("N")) { ExpectedVersion = expected }, Cancellation);
    }

    public async Task<SecretVersion> PutAsync(SecretAddress address, string text, SecretStage stage, string? token = null, string? expected = null) =>
        Value(await TryPutAsync(address, text, stage, token, expected));

    public async Task<string> ReadAsync(SecretAddress address, VersionSelector selector)
    {
        using var value = Value(await Store.ReadAsync(address, selector, Cancellation)).Value!;
        return value.Reveal();
    }

    public async Task<List<SecretVersion>> VersionsAsync(SecretAddress address)
    {
        var versions = new List<SecretVersion>();
        await foreach (var version in Store.ListVersionsAsync(address, Cancellation))
        {
            versions.Add(Value(version));
        }

        return versions;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Server.DisposeAsync();
    }
}
