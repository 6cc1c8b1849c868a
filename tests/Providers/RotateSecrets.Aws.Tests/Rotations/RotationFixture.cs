using System.Text.Json.Nodes;
using AwsDouble;
using RotateSecrets.Consumers;
using RotateSecrets.Contracts;
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

namespace RotateSecrets.Aws.Tests.Rotations;

/// <summary>What a rotation needs: AWS as the store, processes of a services file as consumers, and a journal.</summary>
internal sealed class RotationFixture : ISecretStores, IPlanSource, IAsyncDisposable
{
    public const string Old = "canary-value-one";

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private readonly HttpClient client = new();
    private readonly AwsFixture aws;
    private readonly int[] ports;
    private Connection local = null!;
    private IRotationJournal journal = null!;

    private RotationFixture(AwsFixture aws, int replicas)
    {
        this.aws = aws;
        ports = SupervisedProcesses.FreePorts(replicas);
    }

    public static SecretAddress Address { get; } = SecretAddress.Parse("aws:prod/proxy/jwt");

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public DoubleServer Server => aws.Server;

    public ISecretStore Store => aws.Store;

    public RotationServices Services => new(
        this,
        journal,
        new ConsumerCatalog(local.Sources, local.Controls),
        new GeneratedValues(new SecretGenerators(static () => throw new InvalidOperationException())),
        new ProbeMaker(client, TimeProvider.System),
        this,
        TimeProvider.System);

    private SupervisedProcesses Processes => new(Services.Consumers, this, Address);

    /// <summary>A secret with one version, and replicas of a service that run with it.</summary>
    public static async Task<RotationFixture> StartAsync(int replicas = 2, TimeProvider? time = null)
    {
        var fixture = new RotationFixture(await AwsFixture.StartAsync(time), replicas);
        await fixture.aws.PutAsync(Address, Old, SecretStage.Current);
        var provider = new LocalProvider();
        var services = Path.Combine(fixture.folder, "services.json");
        await File.WriteAllTextAsync(services, fixture.Declaration().ToJsonString(), Cancellation);
        fixture.local = AwsFixture.Value(await provider.ConnectAsync(
            new ConnectionRequest("local", Path.Combine(fixture.folder, "secrets.db"), TimeProvider.System)
            {
                Settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ServicesFile"] = replicas > 0 ? [services] : [] },
            },
            Cancellation));
        fixture.journal = AwsFixture.Value(await provider.OpenJournalAsync(Path.Combine(fixture.folder, "journal.db"), TimeProvider.System, Cancellation));
        if (replicas > 0)
        {
            await fixture.Processes.StartAsync();
        }

        fixture.Server.Exchanges.Clear();
        return fixture;
    }

    public Task<SecretRotation> RotateAsync(RotationPlan? plan = null, RotationOptions? options = null) =>
        DrainAsync(new RotationRunner(Services).RunAsync([plan ?? new RotationPlan(Address)], options ?? new RotationOptions(), default));

    /// <summary>Rotates until a step is done, or begun, and stops at the next safe point.</summary>
    public async Task<SecretRotation> RotateUntilAsync(StepKind last, RotationEventKind kind = RotationEventKind.StepDone, RotationPlan? plan = null)
    {
        using var stop = new CancellationTokenSource();
        var events = new RotationRunner(Services).RunAsync([plan ?? new RotationPlan(Address)], new RotationOptions(), new StopRequest(stop.Token, default));
        return await DrainAsync(events, happened =>
        {
            if (happened.Kind == kind && happened.StepKind == last)
            {
                stop.Cancel();
            }
        });
    }

    public Task<SecretRotation> ResumeAsync(string id) => DrainAsync(new RotationRunner(Services).ResumeAsync(id, new RotationOptions(), default));

    public Task<SecretRotation> UndoAsync(string id) => DrainAsync(new RotationRunner(Services).UndoAsync(id, new RotationOptions(), default));

    public Task<string> ReadAsync(SecretStage stage) => aws.ReadAsync(Address, VersionSelector.OfStage(stage));

    /// <summary>The digest of the secret that each replica holds.</summary>
    public async Task<string[]> HeldAsync() =>
        await Task.WhenAll(ports.Select(async port => (await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/held"), Cancellation)).Split(' ')[0]));

    public static string Digest(string value) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(value)))[..16];

    public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(Store);

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        Store.ReadAsync(address, version, cancellation);

    public Outcome<RotationPlan> Load(string path) => new Failure(FailureCode.FileNotFound, path, "There are no plans here.");

    public async ValueTask DisposeAsync()
    {
        await Processes.StopAsync();
        await journal.DisposeAsync();
        await local.DisposeAsync();
        await aws.DisposeAsync();
        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<SecretRotation> DrainAsync(IAsyncEnumerable<Outcome<RotationEvent>> events, Action<RotationEvent>? watch = null)
    {
        var id = string.Empty;
        await foreach (var happened in events)
        {
            if (happened.Succeeded(out var entry, out var failure))
            {
                id = entry.RotationId;
                watch?.Invoke(entry);
            }
            else
            {
                TestContext.Current.TestOutputHelper?.WriteLine(failure.ToString());
            }
        }

        return SecretRotation.Of(id, AwsFixture.Value(await journal.ReadAsync(id, Cancellation)));
    }

    private JsonObject Declaration() => new()
    {
        ["services"] = new JsonArray(new JsonObject
        {
            ["name"] = "proxy",
            ["command"] = new JsonArray("dotnet", Path.Combine(AppContext.BaseDirectory, "responder", "Responder.dll")),
            ["environment"] = new JsonObject { ["PORT"] = "{port}" },
            ["replicas"] = ports.Length,
            ["ports"] = new JsonArray([.. ports.Select(static port => (JsonNode)port)]),
            ["health"] = "http://127.0.0.1:{port}/healthz",
            ["secrets"] = new JsonArray(
                new JsonObject { ["address"] = Address.ToString(), ["environment"] = "SECRET" },
                new JsonObject { ["address"] = Address.ToString(), ["stage"] = "Pending", ["environment"] = "SECRET_PENDING", ["optional"] = true }),
            ["startTimeoutSeconds"] = 60,
            ["stopTimeoutSeconds"] = 60,
        }),
    };
}
