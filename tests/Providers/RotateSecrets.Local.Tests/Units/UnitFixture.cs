using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Services;
using RotateSecrets.Local.Tests.Replicas;
using RotateSecrets.Local.Units;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Units;

/// <summary>A unit of systemd --user that runs the responder, and the services file that declares it.</summary>
internal sealed class UnitFixture : ISecretResolver, IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rs-unit-").FullName;
    private readonly HttpClient client = new();
    private readonly int port = ServiceFixture.FreePorts(1)[0];

    public string Unit { get; } = $"rotatesecrets-{Guid.NewGuid():n}.service";

    public string SecretPath => Path.Combine(folder, "service.env");

    public string Value { get; set; } = "canary-value-one";

    public UnitConsumerControl Control { get; } = new(TimeProvider.System);

    /// <summary>Declares a unit whose secret stands in an environment file; <paramref name="settings"/> are lines of its [Service].</summary>
    public static async Task<UnitFixture> CreateAsync(params string[] settings)
    {
        var fixture = new UnitFixture();
        var path = Path.Combine(fixture.folder, fixture.Unit);
        var responder = Path.Combine(AppContext.BaseDirectory, "responder", "Responder.dll");
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        string[] lines = settings.Any(static line => line.StartsWith("ExecStart", StringComparison.Ordinal)) ? settings : [$"ExecStart={dotnet} {responder}", .. settings];
        await File.WriteAllLinesAsync(path, [
            "[Service]", $"Environment=PORT={fixture.port.ToString(CultureInfo.InvariantCulture)} DOTNET_ROOT={Path.GetDirectoryName(dotnet)}", $"EnvironmentFile=-{fixture.SecretPath}", .. lines]);
        Assert.Equal(0, (await UserManager.AskAsync("link", "--runtime", path)).ExitCode);
        await File.WriteAllTextAsync(Path.Combine(fixture.folder, "services.json"), new JsonObject
        {
            ["services"] = new JsonArray(new JsonObject
            {
                ["name"] = "service",
                ["unit"] = fixture.Unit,
                ["scope"] = "user",
                ["health"] = $"http://127.0.0.1:{fixture.port.ToString(CultureInfo.InvariantCulture)}/healthz",
                ["secrets"] = new JsonArray(new JsonObject { ["address"] = "local:X", ["environment"] = "SECRET", ["environmentFile"] = fixture.SecretPath }),
                ["startTimeoutSeconds"] = 20,
            }),
        }.ToJsonString());
        return fixture;
    }

    public async Task<Consumer> ConsumerAsync()
    {
        await foreach (var found in new ServiceConsumerSource(Path.Combine(folder, "services.json")).FindAsync(SecretAddress.Parse("local:X"), ServiceFixture.Cancellation))
        {
            return found.Succeeded(out var consumer, out var failure) ? consumer : throw new InvalidOperationException(failure.Message);
        }

        throw new InvalidOperationException("No consumer was found.");
    }

    /// <summary>What happens, in words; a failure is its code and message.</summary>
    public async Task<List<string>> RunAsync(Func<Consumer, RestartRequest, StopRequest, IAsyncEnumerable<Outcome<InstanceEvent>>> work, string run, bool wait = true)
    {
        var phases = new List<string>();
        await foreach (var happened in work(await ConsumerAsync(), new RestartRequest(run, this, TimeProvider.System) { Wait = wait }, default))
        {
            phases.Add(happened.Succeeded(out var passed, out var failure) ? $"{passed.Phase}" : $"{failure.Code}: {failure.Message}");
        }

        return phases;
    }

    public async Task<(Holding Holding, string Evidence)> ProveAsync()
    {
        var proof = await Control.ProveAsync(await ConsumerAsync(), Version(), ServiceFixture.Cancellation);
        var convergence = proof.Succeeded(out var proven, out var failure) ? proven : throw new InvalidOperationException(failure.Message);
        var instance = Assert.Single(convergence.Instances);
        return (instance.Holding, instance.Evidence);
    }

    /// <summary>A digest of the secret that the running service has.</summary>
    public async Task<string> HeldAsync() =>
        (await client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/held")), ServiceFixture.Cancellation)).Split(' ')[0];

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        Task.FromResult<Outcome<SecretVersion>>(Version() with { Value = SecretValue.FromBytes(System.Text.Encoding.UTF8.GetBytes(Value)) });

    public async ValueTask DisposeAsync()
    {
        await UserManager.AskAsync("stop", Unit);
        await UserManager.AskAsync("reset-failed", Unit);
        await UserManager.AskAsync("disable", "--runtime", Unit);
        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private SecretVersion Version()
    {
        using var value = SecretValue.FromBytes(System.Text.Encoding.UTF8.GetBytes(Value));
        return new SecretVersion(SecretAddress.Parse("local:X"), $"version of {value.Fingerprint}", SecretStage.Current, DateTimeOffset.UnixEpoch) { Fingerprint = value.Fingerprint };
    }
}
