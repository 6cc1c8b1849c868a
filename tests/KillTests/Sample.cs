using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using Rotator;

namespace KillTests;

/// <summary>Two replicas of the sample service under load, and a plan for their secret, in a folder.</summary>
internal sealed class Sample : IAsyncDisposable
{
    private const int Replicas = 2;

    // Often enough that no gap in which nobody serves goes unseen, and seldom enough that four samples run on two processors.
    private const string Rate = "100";

    private static readonly SecretAddress Address = SecretAddress.Parse("local:PROXY_JWT_SECRET");
    private static readonly SecretAddress Side = SecretAddress.Parse("local:PROXY_JWT_SECRET_NEW");

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-kill-").FullName;
    private readonly HttpClient client = new();
    private readonly int[] ports = FreePorts();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts it, with a first secret.</summary>
    public static async Task<Sample> StartAsync(string strategy)
    {
        var sample = new Sample();
        sample.Write(strategy);
        await using var world = await World.OpenAsync(sample.folder);
        using (var first = SecretValue.FromText(Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32))))
        {
            World.Of(await world.Store.PutAsync(new PutRequest(Address, first, SecretStage.Current, "first"), Cancellation));
        }

        await EachAsync(world, static (control, consumer, request) => control.StartAsync(consumer, request, default));
        await sample.SendAsync();
        return sample;
    }

    /// <summary>Runs the rotator to its end.</summary>
    public async Task<(int ExitCode, string Output)> RotateAsync(string verb, int boundary = -1)
    {
        using var rotator = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Rotator.dll"), folder, verb, boundary.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = rotator.StandardError.ReadToEndAsync(Cancellation);
        var output = await rotator.StandardOutput.ReadToEndAsync(Cancellation);
        await rotator.WaitForExitAsync(Cancellation);
        return (rotator.ExitCode, output + await errors);
    }

    /// <summary>The youngest rotation; null where none was begun yet.</summary>
    public async Task<SecretRotation?> YoungestAsync()
    {
        await using var world = await World.OpenAsync(folder);
        await foreach (var id in world.Journal.ListAsync(new RotationQuery { Limit = 1 }, Cancellation))
        {
            return SecretRotation.Of(World.Of(id), World.Of(await world.Journal.ReadAsync(World.Of(id), Cancellation)));
        }

        return null;
    }

    /// <summary>The value that clients use. The caller disposes of it.</summary>
    public async Task<SecretValue> CurrentAsync()
    {
        await using var world = await World.OpenAsync(folder);
        return World.Of(await world.Store.ReadAsync(Address, VersionSelector.Current, Cancellation)).Value!;
    }

    /// <summary>What isn't as it must be after a rotation has come to its end, forward or back.</summary>
    /// <param name="rotation">The rotation; null where none was begun.</param>
    /// <param name="old">The value before it.</param>
    public async Task<List<string>> ViolationsAsync(SecretRotation? rotation, SecretValue old)
    {
        var violations = new List<string>();
        await using var world = await World.OpenAsync(folder);
        var versions = await VersionsAsync(world, Address);
        var side = await VersionsAsync(world, Side);
        using var current = await CurrentAsync();
        var isNew = !current.Equals(old);
        Check(versions.Count(static version => version.Stage == SecretStage.Current) == 1, "not exactly one version is current");
        Check(!versions.Exists(static version => version.Stage == SecretStage.Pending), "a pending version was left behind");
        Check(side.TrueForAll(static version => version.Stage == SecretStage.Revoked), "the second name was left behind");
        if (rotation is not null)
        {
            Check(rotation.HasEnded, $"the rotation is {rotation.State}: {rotation.Message}");
            Check(isNew == (rotation.State == RotationState.Completed), $"the rotation is {rotation.State}, and the current value is {(isNew ? "the new" : "the old")} one");
            Check(versions.Count(version => version.Token == rotation.Id) <= 1 && side.Count(version => version.Token == rotation.Id) <= 1, "a version was written twice");
            Check(
                rotation.Events.Select(static happened => happened.Facts.GetValueOrDefault("candidateFingerprint")).OfType<string>().Distinct(StringComparer.Ordinal).Count() <= 1,
                "two values were minted");
        }
        else
        {
            Check(!isNew, "nothing was begun, and yet the value is a new one");
        }

        foreach (var port in ports)
        {
            await ProbeAsync(port, current, JwtExpectation.Accepted);
            if (isNew)
            {
                await ProbeAsync(port, old, JwtExpectation.Refused);
            }
        }

        var now = versions.First(static version => version.Stage == SecretStage.Current);
        await foreach (var proof in world.Consumers.ProveAsync(now, Cancellation))
        {
            var convergence = World.Of(proof);
            Check(convergence.IsProven, $"{convergence.Consumer} doesn't have the current value");
            Check(convergence.Instances.Count == (convergence.Consumer.Name == "proxy" ? Replicas : 1), $"{convergence.Consumer} has {convergence.Instances.Count} instances");
        }

        return violations;

        void Check(bool isRight, string violation)
        {
            if (!isRight)
            {
                violations.Add(violation);
            }
        }

        async Task ProbeAsync(int port, SecretValue value, JwtExpectation expectation)
        {
            var verdict = await new JwtProbe(client, Page(port, "whoami"), value, expectation, TimeProvider.System).CheckAsync(Cancellation);
            Check(verdict.Passed, $"port {port}: {verdict.Evidence}, and that is not {expectation}");
        }
    }

    /// <summary>Waits until the clients have sent some more, and answers with how many requests there were, and how many failed.</summary>
    public async Task<(long Requests, long Failed)> SendAsync()
    {
        var (first, _) = Count();
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var (requests, failed) = Count();
            if (requests >= first + 100)
            {
                return (requests, failed);
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(2), "The clients send nothing.");
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>Stops the services as the module knows them, and answers with the processes that are left.</summary>
    public async Task<List<int>> StopAsync()
    {
        await using var world = await World.OpenAsync(folder);
        await EachAsync(world, static (control, consumer, request) => control.StopAsync(consumer, request, default));
        return [.. Directory.EnumerateDirectories("/proc")
            .Where(static entry => int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out _))
            .Where(entry => Environ(entry).Contains(folder, StringComparison.Ordinal))
            .Select(static entry => int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var orphan in await StopAsync())
        {
            using var process = Process.GetProcessById(orphan);
            process.Kill();
        }

        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task EachAsync(World world, Func<IConsumerSupervisor, Consumer, RestartRequest, IAsyncEnumerable<RotateSecrets.Outcomes.Outcome<InstanceEvent>>> work)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var found in world.Consumers.FindAsync(address: null, Cancellation))
        {
            var consumer = World.Of(found);
            if (seen.Add(consumer.Id))
            {
                await foreach (var happened in work((IConsumerSupervisor)World.Of(world.Consumers.ControlOf(consumer)), consumer, new RestartRequest("sample", world, TimeProvider.System)))
                {
                    World.Of(happened);
                }
            }
        }
    }

    private static async Task<List<SecretVersion>> VersionsAsync(World world, SecretAddress address)
    {
        var versions = new List<SecretVersion>();
        await foreach (var listed in world.Store.ListVersionsAsync(address, Cancellation))
        {
            if (listed.Succeeded(out var version, out _))
            {
                versions.Add(version);
            }
        }

        return versions;
    }

    private static string Environ(string entry)
    {
        try
        {
            return File.ReadAllText(Path.Combine(entry, "environ"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static int[] FreePorts()
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, Replicas).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, static listener => listener.Start());
        int[] free = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, static listener => listener.Dispose());
        return free;
    }

    private static Uri Page(int port, string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{path}"));

    private static string PathOf(string name) =>
        typeof(Sample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == name).Value!;

    private (long Requests, long Failed) Count()
    {
        var path = Path.Combine(folder, "clients.json");
        return File.Exists(path) && JsonNode.Parse(File.ReadAllText(path)) is { } summary ? ((long)summary["requests"]!, (long)summary["failed"]!) : (0, 0);
    }

    private void Write(string strategy)
    {
        var second = strategy == "SideBySide" ? new JsonObject { ["address"] = Side.ToString(), ["optional"] = true } : new JsonObject { ["address"] = Address.ToString(), ["stage"] = "Pending" };
        second["environment"] = "PROXY_JWT_SECRET_PENDING";
        var services = new JsonArray(
            new JsonObject
            {
                ["name"] = "proxy",
                ["command"] = new JsonArray("dotnet", PathOf("proxy"), "--urls", "http://127.0.0.1:{port}"),
                ["replicas"] = Replicas,
                ["ports"] = new JsonArray([.. ports.Select(static port => (JsonNode)port)]),
                ["health"] = "http://127.0.0.1:{port}/healthz",
                ["secrets"] = new JsonArray(
                    new JsonObject { ["address"] = Address.ToString(), ["environment"] = "PROXY_JWT_SECRET" },
                    second,
                    new JsonObject { ["address"] = Address.ToString(), ["stage"] = "Previous", ["environment"] = "PROXY_JWT_SECRET_PREVIOUS" }),
                ["startTimeoutSeconds"] = 60,
            },
            new JsonObject
            {
                ["name"] = "clients",
                ["command"] = new JsonArray(
                    ["dotnet", PathOf("clients"), .. ports.SelectMany(static port => (JsonNode[])["--endpoint", Page(port, string.Empty).ToString()]), "--secret-file", "clients.secret", "--summary", "clients.json", "--rate", Rate]),
                ["secrets"] = new JsonArray(new JsonObject { ["address"] = Address.ToString(), ["file"] = "clients.secret" }),
            });
        File.WriteAllText(Path.Combine(folder, "services.json"), new JsonObject { ["services"] = services }.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "plan.json"), new JsonObject
        {
            ["Address"] = Address.ToString(),
            ["Strategy"] = strategy,
            ["Probes"] = new JsonArray([.. ports.Select(static port => new JsonObject { ["Jwt"] = Page(port, "whoami").ToString() })]),
        }.ToJsonString());
    }
}
