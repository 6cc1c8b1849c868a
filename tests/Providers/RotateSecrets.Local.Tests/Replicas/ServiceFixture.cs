using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Processes;
using RotateSecrets.Local.Replicas;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Replicas;

/// <summary>A folder with a services file that declares one service, and the secrets that it reads. Whatever runs in the end is stopped.</summary>
internal sealed class ServiceFixture : ISecretResolver, IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient client = new();

    private ServiceFixture(JsonObject service)
    {
        Service = service;
        Save();
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Folder { get; } = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public string ServicesPath => Path.Combine(Folder, "services.json");

    public string StateFolder => Path.Combine(Folder, ".rotatesecrets", "service");

    /// <summary>The service as it is declared, once saved.</summary>
    public JsonObject Service { get; }

    public ConcurrentDictionary<SecretStage, byte[]> Values { get; } = new() { [SecretStage.Current] = "canary-value-one"u8.ToArray() };

    public ProcessConsumerControl Control { get; } = new(TimeProvider.System);

    /// <summary>Replicas of the responder, each on a port of its own.</summary>
    public static ServiceFixture Responders(int replicas = 3, params (string Name, string Text)[] environment) =>
        new(new JsonObject
        {
            ["name"] = "service",
            ["command"] = new JsonArray("dotnet", Path.Combine(AppContext.BaseDirectory, "responder", "Responder.dll")),
            ["environment"] = new JsonObject([KeyValuePair.Create("PORT", (JsonNode?)"{port}"), .. environment.Select(static one => KeyValuePair.Create(one.Name, (JsonNode?)one.Text))]),
            ["replicas"] = replicas,
            ["ports"] = new JsonArray([.. FreePorts(replicas).Select(static port => (JsonNode)port)]),
            ["health"] = "http://127.0.0.1:{port}/healthz",
            ["secrets"] = new JsonArray(
                new JsonObject { ["address"] = "local:X", ["environment"] = "SECRET" },
                new JsonObject { ["address"] = "local:X", ["stage"] = "Pending", ["environment"] = "SECRET_PENDING" }),
            ["startTimeoutSeconds"] = 60,
            ["stopTimeoutSeconds"] = 60,
        });

    /// <summary>Replicas of a shell script, without a page.</summary>
    public static ServiceFixture Script(string script, int replicas = 1) =>
        new(new JsonObject
        {
            ["name"] = "service",
            ["command"] = new JsonArray("/bin/sh", "-c", script),
            ["replicas"] = replicas,
            ["secrets"] = new JsonArray(new JsonObject { ["address"] = "local:X", ["environment"] = "SECRET" }),
            ["stopTimeoutSeconds"] = 60,
        });

    public ServiceFixture With(string name, JsonNode value)
    {
        Service[name] = value;
        Save();
        return this;
    }

    public void Save() => File.WriteAllText(ServicesPath, new JsonObject { ["services"] = new JsonArray(Service.DeepClone()) }.ToJsonString());

    public void Give(SecretStage stage, string value) => Values[stage] = System.Text.Encoding.UTF8.GetBytes(value);

    public async Task<Consumer> ConsumerAsync()
    {
        await foreach (var found in new ServiceConsumerSource(ServicesPath).FindAsync(SecretAddress.Parse("local:X"), Cancellation))
        {
            Assert.True(found.Succeeded(out var consumer, out var failure), failure?.ToString());
            return consumer!;
        }

        throw new InvalidOperationException("No consumer was found.");
    }

    /// <summary>Starts what doesn't run; all is well.</summary>
    public async Task StartAsync() => Assert.All(await RunAsync(Control.StartAsync, "start"), static phase => Assert.DoesNotContain("Failure", phase, StringComparison.Ordinal));

    public Task<List<string>> RestartAsync(string run, Func<RestartRequest, RestartRequest>? with = null, StopRequest stop = default) =>
        RunAsync(Control.RestartAsync, run, with, stop);

    public Task<List<string>> StopAsync() => RunAsync(Control.StopAsync, "stop");

    /// <summary>The failure in which it ends.</summary>
    public async Task<Failure> FailAsync(Func<Consumer, RestartRequest, StopRequest, IAsyncEnumerable<Outcome<InstanceEvent>>> work, Func<RestartRequest, RestartRequest>? with = null, StopRequest stop = default)
    {
        Failure? failure = null;
        await foreach (var happened in work(await ConsumerAsync(), Request("failing", with), stop))
        {
            Assert.Null(failure);
            failure = happened.Failure;
        }

        Assert.NotNull(failure);
        return failure;
    }

    /// <summary>What happens, in words: "1 Healthy"; a failure is its code.</summary>
    public async Task<List<string>> RunAsync(
        Func<Consumer, RestartRequest, StopRequest, IAsyncEnumerable<Outcome<InstanceEvent>>> work, string run, Func<RestartRequest, RestartRequest>? with = null, StopRequest stop = default)
    {
        var phases = new List<string>();
        await foreach (var happened in work(await ConsumerAsync(), Request(run, with), stop))
        {
            phases.Add(happened.Succeeded(out var passed, out var failure) ? $"{passed.Instance} {passed.Phase}" : $"Failure {failure}");
        }

        return phases;
    }

    public RestartRequest Request(string run, Func<RestartRequest, RestartRequest>? with = null)
    {
        var request = new RestartRequest(run, this, TimeProvider.System);
        return with is null ? request : with(request);
    }

    public async Task<Convergence> ProveAsync(SecretStage stage)
    {
        var proof = await Control.ProveAsync(await ConsumerAsync(), VersionOf(stage), Cancellation);
        Assert.True(proof.Succeeded(out var convergence, out var failure), failure?.ToString());
        return convergence!;
    }

    public SecretVersion VersionOf(SecretStage stage)
    {
        using var value = SecretValue.FromBytes(Values[stage]);
        return new SecretVersion(SecretAddress.Parse("local:X"), $"version of {value.Fingerprint}", stage, DateTimeOffset.UnixEpoch) { Fingerprint = value.Fingerprint };
    }

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        Task.FromResult<Outcome<SecretVersion>>(Values.TryGetValue(version.Stage!.Value, out var bytes)
            ? VersionOf(version.Stage.Value) with { Value = SecretValue.FromBytes(bytes) }
            : new Failure(FailureCode.VersionNotFound, address.ToString(), "There is none."));

    /// <summary>What each responder says that it holds, in digests, and its process; null where none answers.</summary>
    public async Task<(string Secret, string Pending, int Pid)?[]> HeldAsync() => await Task.WhenAll(Service["ports"]!.AsArray().Select(async port =>
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

    /// <summary>All processes that were started for this service, the oldest first, found without its records: by what their environment carries.</summary>
    public IReadOnlyList<int> Running()
    {
        // Who starts an instance stands beside it for a moment, and is no instance.
        var seen = Seen();
        if (seen.Count > 0)
        {
            Thread.Sleep(Moment);
        }

        return seen.Count == 0 ? seen : [.. Seen().Intersect(seen)];
    }

    private IReadOnlyList<int> Seen() => [.. Directory.EnumerateDirectories("/proc")
        .Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
        .Where(folder => Read(Path.Combine(folder, "environ")).Contains($"{ProcessSession.MarkerVariable}={StateFolder}/", StringComparison.Ordinal))
        .Select(static folder => int.Parse(Path.GetFileName(folder)))
        .Where(static pid => ProcessIdentity.Of(pid) is not null)
        .OrderBy(StartOf).ThenBy(static pid => pid)];

    // In ticks since the system was booted, as proc(5) says. Numbers of processes begin anew once they have come to their end.
    private static long StartOf(int pid) => Read($"/proc/{pid}/stat") is { Length: > 0 } stat
        ? long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture)
        : 0;

    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>Waits for something that is bound to come.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1), "It was waited for in vain.");
            await Task.Delay(10, Cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pid in Running())
        {
            try
            {
                System.Diagnostics.Process.GetProcessById(pid).Kill();
            }
            catch (ArgumentException)
            {
                // Gone by itself.
            }
        }

        await UntilAsync(() => Running().Count == 0);
        client.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        var ports = listeners.ConvertAll(static listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(static listener => listener.Dispose());
        return ports;
    }
}
