using RotateSecrets.Consumers;
using RotateSecrets.Local;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>What rotations need: a cluster as store and source of consumers, and a journal.</summary>
internal sealed class RotationHouse : ISecretStores, IPlanSource, IAsyncDisposable
{
    private readonly string folder;
    private readonly HttpClient client = new();
    private readonly ISecretStore? other;

    private RotationHouse(TestCluster cluster, string folder, IRotationJournal journal, ISecretStore? other)
    {
        this.folder = folder;
        this.other = other;
        Cluster = cluster;
        Journal = journal;
        Services = new RotationServices(
            this,
            journal,
            new ConsumerCatalog([cluster.Source], [cluster.Control]),
            new GeneratedValues(new SecretGenerators(static () => new Failure(FailureCode.NotSupported, "Ed25519", "Not here."))),
            new ProbeMaker(client, TimeProvider.System),
            this,
            TimeProvider.System);
    }

    public TestCluster Cluster { get; }

    public IRotationJournal Journal { get; }

    public RotationServices Services { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Builds it.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="other">A store beside the cluster's own, which the caller disposes of.</param>
    public static async Task<RotationHouse> BuildAsync(TestCluster cluster, ISecretStore? other = null)
    {
        var root = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
        var journal = TestCluster.Value(await new LocalProvider().OpenJournalAsync(Path.Combine(root, "journal.db"), TimeProvider.System, Cancellation));
        return new RotationHouse(cluster, root, journal, other);
    }

    public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(other is not null && other.Description.Name == address.Store ? other : Cluster.Store);

    public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
        TestCluster.Value(StoreOf(address)).ReadAsync(address, version, cancellation);

    public Outcome<RotationPlan> Load(string path) => new Failure(FailureCode.FileNotFound, path, "There is no other plan.");

    public static RotationPlan PlanOf(SecretAddress address) =>
        new(address) { ConvergenceDeadline = TimeSpan.FromMinutes(3), Probes = [ProbeRecipe.OfWorkloads("*")], ProbeDeadline = TimeSpan.FromSeconds(30) };

    public async Task<SecretRotation> RunAsync(RotationPlan plan, RotationOptions? options = null, StopRequest stop = default) => (await RunAsync([plan], options, stop))[0];

    public Task<IReadOnlyList<SecretRotation>> RunAsync(IReadOnlyList<RotationPlan> plans, RotationOptions? options = null, StopRequest stop = default) =>
        FollowAsync(new RotationRunner(Services).RunAsync(plans, options ?? new RotationOptions { ThrottleLimit = 10 }, stop));

    public async Task<SecretRotation> UndoAsync(string id) => (await FollowAsync(new RotationRunner(Services).UndoAsync(id, new RotationOptions(), default)))[0];

    public async Task<SecretRotation> ResumeAsync(string id) => (await FollowAsync(new RotationRunner(Services).ResumeAsync(id, new RotationOptions(), default)))[0];

    public async Task<string> ReadAsync(SecretAddress address)
    {
        using var value = TestCluster.Value(await Cluster.Store.ReadAsync(address, VersionSelector.Current, Cancellation)).Value!;
        return value.Reveal();
    }

    /// <summary>All that a rotation said, for messages.</summary>
    public static string Say(SecretRotation rotation) =>
        $"{rotation.State}: {rotation.Message}\n{string.Join('\n', rotation.Events.Select(static one => $"{one.At:HH:mm:ss.f} {one.Kind} {one.Message}"))}\n{string.Join('\n', rotation.Steps.Select(static step => $"{step.Number} {step.Kind} {step.State} {step.Duration.TotalSeconds:0.0} s: {step.Message}"))}";

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<IReadOnlyList<SecretRotation>> FollowAsync(IAsyncEnumerable<Outcome<RotationEvent>> events)
    {
        var ids = new List<string>();
        var failures = new List<string>();
        await foreach (var happened in events)
        {
            if (happened.Failed(out var failure, out var passed))
            {
                failures.Add(failure.ToString());
            }
            else if (!ids.Contains(passed.RotationId))
            {
                ids.Add(passed.RotationId);
            }
        }

        Assert.True(ids.Count > 0, string.Join("; ", failures));
        var rotations = new List<SecretRotation>();
        foreach (var id in ids)
        {
            rotations.Add(SecretRotation.Of(id, TestCluster.Value(await Journal.ReadAsync(id, Cancellation))));
        }

        return rotations;
    }
}
