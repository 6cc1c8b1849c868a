using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RotateSecrets.Consumers;
using RotateSecrets.Local;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;
using RotateSecrets.Stores;

namespace RotateSecrets.Vault.Tests.Hosting;

/// <summary>All that a rotation needs: a Vault store, a journal, and services of this machine that get their secret from the store.</summary>
internal sealed class RotationHouse : ISecretStores, IPlanSource, IAsyncDisposable
{
    private readonly string root;
    private readonly Connection machine;
    private readonly HttpClient client = new();
    private readonly IReadOnlyList<int> listening;

    private RotationHouse(ISecretStore store, SecretAddress address, string folder, Connection local, IRotationJournal journal, IReadOnlyList<int> ports, Connection? declaring)
    {
        root = folder;
        machine = local;
        listening = ports;
        Store = store;
        Plan = new RotationPlan(address) { ConvergenceDeadline = TimeSpan.FromMinutes(2) };
        Journal = journal;
        Services = new RotationServices(
            this,
            journal,
            new ConsumerCatalog([.. local.Sources, .. declaring?.Sources ?? []], [.. local.Controls, .. declaring?.Controls ?? []]),
            new GeneratedValues(new SecretGenerators(static () => new Failure(FailureCode.NotSupported, "Ed25519", "Not here."))),
            new ProbeMaker(client, TimeProvider.System),
            this,
            TimeProvider.System);
    }

    public ISecretStore Store { get; set; }

    public RotationPlan Plan { get; set; }

    public IRotationJournal Journal { get; }

    public RotationServices Services { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A house with services that have the secret as their SECRET, and the candidate as their SECRET_PENDING.</summary>
    public static async Task<RotationHouse> BuildAsync(ISecretStore store, SecretAddress address, int services, Connection? declaring = null)
    {
        var folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
        var ports = FreePorts(services);
        var file = Path.Combine(folder, "services.json");
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["services"] = new JsonArray([.. ports.Select((port, index) => (JsonNode)new JsonObject
            {
                ["name"] = $"service-{index}",
                ["command"] = new JsonArray("dotnet", Path.Combine(AppContext.BaseDirectory, "responder", "Responder.dll")),
                ["environment"] = new JsonObject { ["PORT"] = "{port}" },
                ["ports"] = new JsonArray(port),
                ["health"] = "http://127.0.0.1:{port}/healthz",
                ["secrets"] = new JsonArray(
                    new JsonObject { ["address"] = address.ToString(), ["environment"] = "SECRET" },
                    new JsonObject { ["address"] = address.ToString(), ["stage"] = "Pending", ["environment"] = "SECRET_PENDING", ["optional"] = true }),
                ["startTimeoutSeconds"] = 60,
            })]),
        }.ToJsonString());
        var provider = new LocalProvider();
        var local = await provider.ConnectAsync(
            new ConnectionRequest("local", Path.Combine(folder, "store.db"), TimeProvider.System)
            {
                Settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ServicesFile"] = services == 0 ? [] : [file] },
            },
            Cancellation);
        var journal = await provider.OpenJournalAsync(Path.Combine(folder, "journal.db"), TimeProvider.System, Cancellation);
        return new RotationHouse(store, address, folder, Value(local), Value(journal), ports, declaring);
    }

    public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(Store);

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        Store.ReadAsync(address, version, cancellation);

    public Outcome<RotationPlan> Load(string path) => new Failure(FailureCode.FileNotFound, path, "There is no other plan.");

    /// <summary>Starts the services.</summary>
    public async Task StartAsync()
    {
        await foreach (var found in Services.Consumers.FindAsync(Plan.Address, Cancellation))
        {
            var consumer = Value(found);
            await foreach (var happened in ((IConsumerSupervisor)Value(Services.Consumers.ControlOf(consumer))).StartAsync(consumer, new RestartRequest("start", this, TimeProvider.System), default))
            {
                Value(happened);
            }
        }
    }

    /// <summary>Runs the plan, and answers with what came of it.</summary>
    public Task<SecretRotation> RunAsync(RotationOptions? options = null, StopRequest stop = default) =>
        FollowAsync(new RotationRunner(Services).RunAsync([Plan], options ?? new RotationOptions(), stop));

    public Task<SecretRotation> UndoAsync(string id) => FollowAsync(new RotationRunner(Services).UndoAsync(id, new RotationOptions(), default));

    public Task<SecretRotation> ResumeAsync(string id) => FollowAsync(new RotationRunner(Services).ResumeAsync(id, new RotationOptions(), default));

    public Task<SecretRotation> PayAsync(string id) => FollowAsync(id, new RotationRunner(Services).PayDebtsAsync(id, evenIfNotDue: true, new RotationOptions(), default));

    /// <summary>What each service holds: the digests of its SECRET and its SECRET_PENDING.</summary>
    public async Task<IReadOnlyList<string>> HeldAsync() =>
        await Task.WhenAll(listening.Select(async port => (await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/held"), Cancellation)).Split(' ')[0]));

    public async Task<SecretVersion> PutAsync(string text)
    {
        using var value = SecretValue.FromText(text);
        return Value(await Store.PutAsync(new PutRequest(Plan.Address, value, SecretStage.Current, Guid.NewGuid().ToString("N")), Cancellation));
    }

    public async Task<IReadOnlyList<SecretVersion>> VersionsAsync()
    {
        var versions = new List<SecretVersion>();
        await foreach (var version in Store.ListVersionsAsync(Plan.Address, Cancellation))
        {
            versions.Add(Value(version));
        }

        return versions;
    }

    public async Task<string> ReadAsync(VersionSelector selector)
    {
        using var value = Value(await Store.ReadAsync(Plan.Address, selector, Cancellation)).Value!;
        return value.Reveal();
    }

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }

    public async ValueTask DisposeAsync()
    {
        await foreach (var found in Services.Consumers.FindAsync(null, CancellationToken.None))
        {
            if (found.Succeeded(out var consumer, out _) && Services.Consumers.ControlOf(consumer).Succeeded(out var control, out _) && control is IConsumerSupervisor supervisor)
            {
                await foreach (var _ in supervisor.StopAsync(consumer, new RestartRequest("stop", this, TimeProvider.System), default))
                {
                    // Whatever became of it.
                }
            }
        }

        await Journal.DisposeAsync();
        await machine.DisposeAsync();
        await Store.DisposeAsync();
        client.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private Task<SecretRotation> FollowAsync(IAsyncEnumerable<Outcome<RotationEvent>> events) => FollowAsync(null, events);

    private async Task<SecretRotation> FollowAsync(string? id, IAsyncEnumerable<Outcome<RotationEvent>> events)
    {
        var failures = new List<string>();
        await foreach (var happened in events)
        {
            if (happened.Succeeded(out var passed, out var failure))
            {
                id = passed.RotationId;
            }
            else
            {
                failures.Add(failure.ToString());
            }
        }

        Assert.True(id is not null, string.Join("; ", failures));
        return SecretRotation.Of(id!, Value(await Journal.ReadAsync(id!, Cancellation)));
    }

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        var ports = listeners.ConvertAll(static listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(static listener => listener.Stop());
        return ports;
    }
}
