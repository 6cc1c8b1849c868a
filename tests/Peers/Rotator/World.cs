using RotateSecrets.Aws;
using RotateSecrets.Consumers;
using RotateSecrets.Documents;
using RotateSecrets.Kubernetes;
using RotateSecrets.Local;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;
using RotateSecrets.Stores;
using RotateSecrets.Vault;

namespace Rotator;

/// <summary>
/// What lies in a folder, connected: the store secrets.db as "local", the services of services.json if there is one, the cluster of the file kubeconfig, if there is one, as "k8s", the
/// journal journal.db, and the plan plan.json. Where AWS_ENDPOINT_URL is set, what is there is "aws", and its Parameter Store "ssm"; where there is a file named vault, the server that VAULT_ADDR and VAULT_TOKEN name is "vault".
/// </summary>
public sealed class World : ISecretStores, IPlanSource, IAsyncDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero });
    private readonly Connection connection;
    private readonly IReadOnlyList<Connection> others;

    private World(Connection connection, IReadOnlyList<Connection> others, KilledJournal journal)
    {
        this.connection = connection;
        this.others = others;
        Journal = journal;
        Consumers = new ConsumerCatalog([.. connection.Sources, .. others.SelectMany(static other => other.Sources)], [.. connection.Controls, .. others.SelectMany(static other => other.Controls)]);
        Services = new RotationServices(
            this, journal, Consumers, new GeneratedValues(new SecretGenerators(static () => Outcome.Of<IEd25519Source>(new LocalProvider()))), new ProbeMaker(client, TimeProvider.System), this, TimeProvider.System);
    }

    public ISecretStore Store => connection.Store;

    public KilledJournal Journal { get; }

    public ConsumerCatalog Consumers { get; }

    public RotationServices Services { get; }

    public RotationRunner Runner => new(Services);

    /// <summary>Connects it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="boundary">The boundary of the journal at which this process is killed; negative for none.</param>
    public static async Task<World> OpenAsync(string folder, int boundary = -1)
    {
        var local = new LocalProvider();
        var services = Path.Combine(folder, "services.json");
        var request = new ConnectionRequest("local", Path.Combine(folder, "secrets.db"), TimeProvider.System)
        {
            Settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ServicesFile"] = File.Exists(services) ? [services] : [] },
        };
        var connected = Of(await local.ConnectAsync(request, CancellationToken.None));
        var journal = Of(await local.OpenJournalAsync(Path.Combine(folder, "journal.db"), TimeProvider.System, CancellationToken.None));
        var further = new List<Connection>();
        if (Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is { Length: > 0 })
        {
            var parameters = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ParameterStore"] = [bool.TrueString] };
            further.Add(Of(await new AwsProvider().ConnectAsync(new ConnectionRequest("aws", string.Empty, TimeProvider.System), CancellationToken.None)));
            further.Add(Of(await new AwsProvider().ConnectAsync(new ConnectionRequest("ssm", string.Empty, TimeProvider.System) { Settings = parameters }, CancellationToken.None)));
        }

        var kubeconfig = Path.Combine(folder, "kubeconfig");
        if (File.Exists(kubeconfig))
        {
            further.Add(Of(await new KubernetesProvider().ConnectAsync(new ConnectionRequest("k8s", kubeconfig, TimeProvider.System), CancellationToken.None)));
        }

        if (File.Exists(Path.Combine(folder, "vault")))
        {
            further.Add(Of(await new VaultProvider().ConnectAsync(new ConnectionRequest("vault", string.Empty, TimeProvider.System), CancellationToken.None)));
        }

        return new World(connected, further, new KilledJournal(journal, boundary));
    }

    /// <summary>What came of something that is bound to succeed.</summary>
    public static T Of<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var failure) ? value : throw new InvalidOperationException(failure.ToString());

    public Outcome<RotationPlan> Load(string path) =>
        JsonDocumentReader.Read(File.ReadAllBytes(path), path).Succeeded(out var document, out var failure) ? PlanReader.Read(document, path) : failure;

    public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(At(address));

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        At(address).ReadAsync(address, version, cancellation);

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }

        await Journal.DisposeAsync();
        client.Dispose();
    }

    private ISecretStore At(SecretAddress address) => others.FirstOrDefault(other => other.Store.Description.Name == address.Store)?.Store ?? connection.Store;
}
