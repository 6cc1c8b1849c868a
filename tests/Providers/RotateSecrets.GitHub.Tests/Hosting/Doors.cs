using RotateSecrets.GitHub.Login;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Tests.Hosting;

/// <summary>Ways to connect, with an environment of the test's own.</summary>
internal static class Doors
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An environment with nothing in it but what is given.</summary>
    public static GitHubEnvironment Environment(string? folder = null, string? program = null, params (string Name, string Value)[] variables) => new(
        name => variables.FirstOrDefault(variable => variable.Name == name).Value, program ?? "no-such-program", folder ?? Directory.CreateTempSubdirectory("rotatesecrets-").FullName);

    public static async Task<Outcome<Connection>> TryConnectAsync(
        string location, string? credential, TimeProvider? time = null, GitHubEnvironment? environment = null, params (string Name, string Value)[] settings)
    {
        using var given = credential is null ? null : SecretValue.FromText(credential);
        var own = environment ?? Environment();
        return await new GitHubProvider(() => own).ConnectAsync(
            new ConnectionRequest("github", location, time ?? TimeProvider.System)
            {
                Credential = given,
                Settings = settings.ToDictionary(static setting => setting.Name, static IReadOnlyList<string> (setting) => [setting.Value], StringComparer.OrdinalIgnoreCase),
            },
            Cancellation);
    }

    public static async Task<Connection> ConnectAsync(
        GitHubDouble server, TimeProvider? time = null, string? token = null, string? folder = null, params (string Name, string Value)[] settings)
    {
        var outcome = await TryConnectAsync(server.Address.ToString(), token ?? server.Operator.Token, time, Environment(folder), settings);
        server.Requests.Forget();
        return Value(outcome);
    }

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    public static async Task<List<T>> ValuesAsync<T>(IAsyncEnumerable<Outcome<T>> outcomes)
        where T : notnull
    {
        var values = new List<T>();
        await foreach (var outcome in outcomes)
        {
            values.Add(Value(outcome));
        }

        return values;
    }

    public static async Task<Outcome<SecretVersion>> TryPutAsync(ISecretStore store, string address, string text, string? expected = null, string? token = null)
    {
        using var value = SecretValue.FromText(text);
        return await store.PutAsync(
            new PutRequest(SecretAddress.Parse(address), value, SecretStage.Current, token ?? Guid.NewGuid().ToString("N")) { ExpectedVersion = expected }, Cancellation);
    }

    public static async Task<SecretVersion> PutAsync(ISecretStore store, string address, string text, string? expected = null, string? token = null) =>
        Value(await TryPutAsync(store, address, text, expected, token));
}
