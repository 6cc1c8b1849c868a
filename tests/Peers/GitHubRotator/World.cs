using RotateSecrets.Consumers;
using RotateSecrets.GitHub;
using RotateSecrets.Local;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;
using RotateSecrets.Stores;

namespace GitHubRotator;

/// <summary>All that the rotation needs.</summary>
public sealed class World : ISecretStores, IPlanSource, IAsyncDisposable
{
    private readonly HttpClient client = new();
    private readonly Connection github;

    private World(Connection github, IRotationJournal journal)
    {
        this.github = github;
        Services = new RotationServices(
            this,
            journal,
            new ConsumerCatalog(github.Sources, github.Controls),
            new GeneratedValues(new SecretGenerators(static () => new Failure(FailureCode.NotSupported, "Ed25519", "Not here."))),
            new ProbeMaker(client, TimeProvider.System),
            this,
            TimeProvider.System);
    }

    public RotationServices Services { get; }

    public static async Task<World> OpenAsync(string address, string file) => new(
        Value(await new GitHubProvider().ConnectAsync(new ConnectionRequest("github", address, TimeProvider.System), default)),
        Value(await new LocalProvider().OpenJournalAsync(file, TimeProvider.System, default)));

    public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(github.Store);

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) => github.Store.ReadAsync(address, version, cancellation);

    public Outcome<RotationPlan> Load(string path) => new Failure(FailureCode.FileNotFound, path, "There is no other plan.");

    public async ValueTask DisposeAsync()
    {
        await Services.Journal.DisposeAsync();
        await github.DisposeAsync();
        client.Dispose();
    }

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var failure) ? value : throw new InvalidOperationException(failure.ToString());
}
