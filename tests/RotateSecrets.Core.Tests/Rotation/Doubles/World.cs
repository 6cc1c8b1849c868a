using System.Globalization;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>Everything outside of the processes of operators: a store, services, a journal, a clock.</summary>
internal sealed class World
{
    private readonly Lock gate = new();
    private int minted;

    public World(Scenario scenario, FaultSchedule faults)
    {
        Scenario = scenario;
        Faults = faults;
        Store = new StoreState(scenario.Capabilities, Time);
        Services = scenario.Services();
        Journal = new JournalState(Time);
        Watch = new Watch(this);
        using var first = SecretValue.FromText("the value before any rotation");
        Store.Put(new PutRequest(Scenario.Home, first, SecretStage.Current, "before"));
        Initial = first.Fingerprint;
        foreach (var service in Services)
        {
            foreach (var instance in service.Instances)
            {
                service.Start(instance, Store, Time.GetUtcNow());
            }
        }
    }

    public Scenario Scenario { get; }

    public FaultSchedule Faults { get; }

    public VirtualTime Time { get; } = new();

    public StoreState Store { get; }

    public IReadOnlyList<ServiceState> Services { get; }

    public JournalState Journal { get; }

    public Watch Watch { get; }

    /// <summary>The fingerprint of the value that a rotation under way is to replace.</summary>
    public string Initial { get; set; }

    /// <summary>Names the secret for leases.</summary>
    public static string Key => $"memory://double|{Scenario.Home.Path}|";

    /// <summary>A change of the world, or a look at it, all at once; whatever must always hold is checked after it.</summary>
    public Outcome<T> Do<T>(string call, Func<Outcome<T>> work)
        where T : notnull
    {
        lock (gate)
        {
            foreach (var service in Services)
            {
                service.Deliver(Store, Time.GetUtcNow());
            }

            Watch.Call = call;
            var outcome = work();
            Watch.Check();
            return outcome;
        }
    }

    public SecretValue Mint()
    {
        var value = SecretValue.FromText($"a value that was made, number {Interlocked.Increment(ref minted).ToString(CultureInfo.InvariantCulture)}");
        Watch.Minted(value.Fingerprint);
        return value;
    }

    /// <summary>A runner in a process of its own.</summary>
    /// <param name="process">The process.</param>
    /// <param name="killBefore">Before which of its journal entries it is killed; 0 for none.</param>
    /// <param name="killAfter">After which.</param>
    public RotationRunner Runner(OperatorProcess process, int killBefore = 0, int killAfter = 0)
    {
        var wire = new Wire(this, process);
        var consumers = new DoubleConsumers(this, wire);
        return new RotationRunner(new RotationServices(
            new Stores(new DoubleStore(this, wire)),
            new DoubleJournal(Journal, process, gate) { KillBefore = killBefore, KillAfter = killAfter },
            new ConsumerCatalog([consumers], [consumers, new DoubleRepointer(this, wire)]),
            new DoubleValues(this),
            new DoubleProbes(this, wire),
            new NoPlans(),
            Time));
    }

    private sealed class Stores(ISecretStore store) : ISecretStores
    {
        public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(store);

        public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
            store.ReadAsync(address, version, cancellation);
    }

    private sealed class NoPlans : IPlanSource
    {
        public Outcome<RotationPlan> Load(string path) => new Failure(FailureCode.FileNotFound, path, "There are no plan files.");
    }
}
