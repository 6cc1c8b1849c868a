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

namespace RotateSecrets.GitHub.Tests.Hosting;

/// <summary>All that a rotation needs: GitHub, a journal, and nobody else to ask whether a value works but a run.</summary>
internal sealed class RotationHouse : ISecretStores, IPlanSource, IAsyncDisposable
{
    private readonly HttpClient client = new();
    private readonly Connection github;
    private readonly IRotationJournal journal;

    private RotationHouse(Connection github, IRotationJournal journal, RotationPlan plan)
    {
        this.github = github;
        this.journal = journal;
        Plan = plan;
        Services = new RotationServices(
            this,
            journal,
            new ConsumerCatalog(github.Sources, github.Controls),
            new GeneratedValues(new SecretGenerators(static () => new Failure(FailureCode.NotSupported, "Ed25519", "Not here."))),
            new ProbeMaker(client, TimeProvider.System),
            this,
            TimeProvider.System);
    }

    public RotationPlan Plan { get; set; }

    public RotationServices Services { get; }

    /// <summary>Why the last run stopped, where it did.</summary>
    public IReadOnlyList<Failure> Failures { get; private set; } = [];

    /// <summary>What the events of the last run said.</summary>
    public IReadOnlyList<string> Said { get; private set; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RotationHouse> BuildAsync(Connection github, string folder, RotationPlan plan) =>
        new(github, Doors.Value(await new LocalProvider().OpenJournalAsync(Path.Combine(folder, "journal.db"), TimeProvider.System, Cancellation)), plan);

    public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(github.Store);

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) => github.Store.ReadAsync(address, version, cancellation);

    public Outcome<RotationPlan> Load(string path) => new Failure(FailureCode.FileNotFound, path, "There is no other plan.");

    public Task<SecretRotation> RunAsync(RotationOptions? options = null) => FollowAsync(new RotationRunner(Services).RunAsync([Plan], options ?? new RotationOptions(), default));

    public Task<SecretRotation> ResumeAsync(string id) => FollowAsync(new RotationRunner(Services).ResumeAsync(id, new RotationOptions(), default));

    public Task<SecretRotation> UndoAsync(string id) => FollowAsync(new RotationRunner(Services).UndoAsync(id, new RotationOptions(), default));

    public async ValueTask DisposeAsync()
    {
        await journal.DisposeAsync();
        client.Dispose();
    }

    private async Task<SecretRotation> FollowAsync(IAsyncEnumerable<Outcome<RotationEvent>> events)
    {
        string? id = null;
        var failures = new List<Failure>();
        var said = new List<string>();
        await foreach (var happened in events)
        {
            if (happened.Succeeded(out var passed, out var failure))
            {
                id = passed.RotationId;
                said.Add(passed.Message);
            }
            else
            {
                failures.Add(failure);
            }
        }

        (Failures, Said) = (failures, said);
        Assert.True(id is not null, string.Join("; ", failures));
        return SecretRotation.Of(id!, Doors.Value(await journal.ReadAsync(id!, Cancellation)));
    }
}
