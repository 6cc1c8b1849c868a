using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Processes;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Processes;

/// <summary>A folder with a services file that declares the responder, on free ports, and the secrets it reads.</summary>
internal sealed class ServiceFixture : ISecretResolver, IAsyncDisposable
{
    private readonly HttpClient client = new();

    public ServiceFixture(int replicas = 3, string? mode = null, int healthyAfter = 0, int startTimeout = 20, int stopTimeout = 5, bool withFile = false)
    {
        Ports = FreePorts(replicas);
        Write(mode, healthyAfter, startTimeout, stopTimeout, withFile);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public string ServicesPath => Path.Combine(Folder, "services.json");

    public IReadOnlyList<int> Ports { get; }

    public ConcurrentDictionary<SecretStage, string> Values { get; } = new() { [SecretStage.Current] = "canary-value-one" };

    public ProcessConsumerControl Control { get; } = new(TimeProvider.System);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Write(string? mode = null, int healthyAfter = 0, int startTimeout = 20, int stopTimeout = 5, bool withFile = false) =>
        File.WriteAllText(ServicesPath, JsonSerializer.Serialize(new
        {
            services = new[]
            {
                new
                {
                    name = "responder",
                    command = new[] { "dotnet", ResponderPath },
                    environment = new Dictionary<string, string>
                    {
                        ["PORT"] = "{port}",
                        ["MODE"] = mode ?? "good",
                        ["HEALTHY_AFTER"] = healthyAfter.ToString(),
                    },
                    replicas = Ports.Count,
                    ports = Ports,
                    health = "http://127.0.0.1:{port}/healthz",
                    secrets = withFile
                        ? new object[] { new { address = "local:X", file = "run/x.secret" } }
                        : [new { address = "local:X", environment = "SECRET" }, new { address = "local:X", stage = "Pending", environment = "SECRET_PENDING" }],
                    startTimeoutSeconds = startTimeout,
                    stopTimeoutSeconds = stopTimeout,
                },
            },
        }));

    public async Task<Consumer> ConsumerAsync()
    {
        await foreach (var found in new ServiceConsumerSource(ServicesPath).FindAsync(SecretAddress.Parse("local:X"), Cancellation))
        {
            Assert.True(found.Succeeded(out var consumer, out var failure), failure?.ToString());
            return consumer!;
        }

        throw new InvalidOperationException("No consumer was found.");
    }

    public Task<List<Outcome<InstanceEvent>>> StartAsync() => RunAsync((consumer, stop) => Control.StartAsync(consumer, Request("start"), stop));

    public Task<List<Outcome<InstanceEvent>>> RestartAsync(string run, StopRequest stop = default) =>
        RunAsync((consumer, _) => Control.RestartAsync(consumer, Request(run), stop));

    public Task<List<Outcome<InstanceEvent>>> StopAsync() => RunAsync((consumer, stop) => Control.StopAsync(consumer, Request("stop"), stop));

    public async Task<List<Outcome<InstanceEvent>>> RunAsync(Func<Consumer, StopRequest, IAsyncEnumerable<Outcome<InstanceEvent>>> work)
    {
        var events = new List<Outcome<InstanceEvent>>();
        await foreach (var happened in work(await ConsumerAsync(), default))
        {
            events.Add(happened);
        }

        return events;
    }

    /// <summary>What each instance says that it holds, with its process; null where it doesn't answer.</summary>
    public async Task<(string Secret, string Pending, int Pid)?[]> HeldAsync() => await Task.WhenAll(Ports.Select(async port =>
    {
        try
        {
            var parts = (await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/held"), Cancellation)).Split(' ');
            return ((string, string, int)?)(parts[0], parts[1], int.Parse(parts[2]));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }));

    public RestartRequest Request(string run) => new(run, this, TimeProvider.System);

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        Task.FromResult<Outcome<SecretVersion>>(Values.TryGetValue(version.Stage!.Value, out var text)
            ? VersionOf(text, version.Stage.Value) with { Value = SecretValue.FromText(text) }
            : new Failure(FailureCode.VersionNotFound, address.ToString(), "There is none."));

    public static SecretVersion VersionOf(string text, SecretStage stage)
    {
        using var value = SecretValue.FromText(text);
        return new SecretVersion(SecretAddress.Parse("local:X"), text, stage, DateTimeOffset.UnixEpoch) { Fingerprint = value.Fingerprint };
    }

    /// <summary>All processes that run the responder on one of our ports.</summary>
    public IReadOnlyList<int> LivePids() => [.. Directory.EnumerateDirectories("/proc")
        .Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
        .Where(IsOurs)
        .Select(static folder => int.Parse(Path.GetFileName(folder)))];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var pid in LivePids())
        {
            System.Diagnostics.Process.GetProcessById(pid).Kill();
        }

        client.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string ResponderPath { get; } = Path.Combine(AppContext.BaseDirectory, "responder", "Responder.dll");

    private bool IsOurs(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("Responder.dll", StringComparison.Ordinal)
                && Ports.Any(port => File.ReadAllText(Path.Combine(folder, "environ")).Contains($"PORT={port}\0", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        var ports = listeners.ConvertAll(static listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(static listener => listener.Dispose());
        return ports;
    }
}
