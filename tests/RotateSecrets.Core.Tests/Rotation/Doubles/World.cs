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
        Store = new StoreState("double", scenario.Capabilities, Time);
        Vault = new StoreState("vault", Scenario.Versions, Time);
        Services = scenario.Services();
        Journal = new JournalState(Time);
        Watch = new Watch(this);
        using var first = SecretValue.FromText("the value before any rotation");
        Store.Put(new PutRequest(Scenario.Home, first, SecretStage.Current, "before"));
        if (scenario.HeldAt is { } heldAt)
        {
            Vault.Put(new PutRequest(heldAt, first, SecretStage.Current, "before"));
        }

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

    /// <summary>Another store, which can be read, for what the first one can't give back.</summary>
    public StoreState Vault { get; }

    /// <summary>Where the secret is: under its first name, or under the second once the first was removed.</summary>
    public SecretAddress Home => Store.Of(Scenario.Home).Count == 0 ? Scenario.Side : Scenario.Home;

    public IReadOnlyList<ServiceState> Services { get; }

    public JournalState Journal { get; }

    public Watch Watch { get; }

    /// <summary>The plan files of derived secrets.</summary>
    public Dictionary<string, RotationPlan> Plans { get; } = new(StringComparer.Ordinal);

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
    /// <param name="sleepsAfterReading">Whether it falls asleep once it has read a rotation.</param>
    public RotationRunner Runner(OperatorProcess process, int killBefore = 0, int killAfter = 0, bool sleepsAfterReading = false) =>
        new(Outside(process, killBefore, killAfter, sleepsAfterReading));

    /// <summary>What looks at a plan, in a process of its own.</summary>
    public PlanCheck Check(OperatorProcess process) => new(Outside(process, killBefore: 0, killAfter: 0, sleepsAfterReading: false));

    private RotationServices Outside(OperatorProcess process, int killBefore, int killAfter, bool sleepsAfterReading)
    {
        var wire = new Wire(this, process);
        var consumers = new DoubleConsumers(this, wire);
        return new RotationServices(
            new Stores(new DoubleStore(this, Store, wire), new DoubleStore(this, Vault, wire)),
            new DoubleJournal(Journal, process, gate) { KillBefore = killBefore, KillAfter = killAfter, SleepsAfterReading = sleepsAfterReading },
            new ConsumerCatalog([consumers], [consumers, new DoubleRepointer(this, wire)]),
            new DoubleValues(this),
            new DoubleProbes(this, wire),
            new PlanFiles(Plans),
            Time);
    }

    private sealed class Stores(params ISecretStore[] stores) : ISecretStores
    {
        public Outcome<ISecretStore> StoreOf(SecretAddress address) => Outcome.Of(Named(address));

        public Task<Outcome<SecretVersion>> ResolveAsync(SecretAddress address, VersionSelector version, CancellationToken cancellation) =>
            Named(address).ReadAsync(address, version, cancellation);

        private ISecretStore Named(SecretAddress address) => stores.Single(store => store.Description.Name == address.Store);
    }
}
