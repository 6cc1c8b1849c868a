using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Login;

namespace RotateSecrets.Vault.Tests.Hosting;

/// <summary>Ways to connect, with an environment of the test's own.</summary>
internal static class Doors
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An environment with nothing in it but what is given.</summary>
    public static VaultEnvironment Environment(string? home = null, params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(variable => variable.Name == name).Value, home ?? Path.Combine(Path.GetTempPath(), "nobody-lives-here"));

    public static async Task<Outcome<Connection>> TryConnectAsync(
        string location, string? token, TimeProvider? time = null, VaultEnvironment? environment = null, params (string Name, string Value)[] settings)
    {
        using var credential = token is null ? null : SecretValue.FromText(token);
        return await new VaultProvider(environment ?? Environment()).ConnectAsync(
            new ConnectionRequest("vault", location, time ?? TimeProvider.System)
            {
                Credential = credential,
                Settings = settings.ToDictionary(
                    static setting => setting.Name, static IReadOnlyList<string> (setting) => [setting.Value], StringComparer.OrdinalIgnoreCase),
            },
            Cancellation);
    }

    public static async Task<ISecretStore> ConnectAsync(VaultDouble server, string? token = null, TimeProvider? time = null, params (string Name, string Value)[] settings)
    {
        var outcome = await TryConnectAsync(server.Address.ToString(), token ?? server.RootToken, time, null, settings);
        Assert.True(outcome.Succeeded(out var connection, out var failure), failure?.ToString());
        return connection!.Store;
    }
}

/// <summary>The server that VAULT_ADDR and VAULT_TOKEN name, with a mount of each version that the tests made for themselves.</summary>
internal static class RealServer
{
    private const string Reason = "Set VAULT_ADDR and VAULT_TOKEN to a Vault or OpenBao server whose token may mount engines, write policies and make tokens.";

    public const string Versioned = "rotatesecrets-test-v2/";
    public const string Single = "rotatesecrets-test-v1/";

    public static string Address => System.Environment.GetEnvironmentVariable("VAULT_ADDR") ?? string.Empty;

    public static string Token => System.Environment.GetEnvironmentVariable("VAULT_TOKEN") ?? string.Empty;

    /// <summary>Skips the test where there is no server; else sees that the mounts are there.</summary>
    public static async Task NeedAsync()
    {
        Assert.SkipWhen(Address.Length == 0 || Token.Length == 0, Reason);
        await PostAsync("sys/mounts/" + Versioned.TrimEnd('/'), """{"type":"kv","options":{"version":"2"}}""");
        await PostAsync("sys/mounts/" + Single.TrimEnd('/'), """{"type":"kv","options":{"version":"1"}}""");
    }

    public static async Task<ISecretStore> ConnectAsync(string? token = null)
    {
        await NeedAsync();
        var outcome = await Doors.TryConnectAsync(Address, token ?? Token, environment: VaultEnvironment.Own);
        Assert.True(outcome.Succeeded(out var connection, out var failure), failure?.ToString());
        return connection!.Store;
    }

    /// <summary>Sends a request as the operator of the server would.</summary>
    /// <returns>The status and the body.</returns>
    public static async Task<(int Status, string Body)> PostAsync(string path, string json) => await SendAsync(HttpMethod.Post, path, json);

    public static async Task<(int Status, string Body)> SendAsync(HttpMethod method, string path, string? json, string? token = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, $"{Address.TrimEnd('/')}/v1/{path}");
        request.Headers.Add("X-Vault-Token", token ?? Token);
        request.Content = json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
