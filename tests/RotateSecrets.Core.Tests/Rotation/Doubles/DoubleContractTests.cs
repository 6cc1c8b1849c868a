using RotateSecrets.Contracts;
using RotateSecrets.Rotation;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>The journal in memory keeps the promises of a journal.</summary>
public sealed class DoubleJournalTests : JournalContract
{
    private readonly VirtualTime time = new();
    private readonly Lock gate = new();
    private readonly JournalState state;

    public DoubleJournalTests() => state = new JournalState(time);

    protected override DateTimeOffset Now => time.GetUtcNow();

    protected override Task<IRotationJournal> OpenAsync() =>
        Task.FromResult<IRotationJournal>(new DoubleJournal(state, new OperatorProcess("somebody"), gate));

    protected override void Advance(TimeSpan time) => this.time.Advance(time);
}

/// <summary>The store in memory keeps the promises of a store.</summary>
public sealed class DoubleStoreTests : StoreContract
{
    protected override SecretAddress Address { get; } = SecretAddress.Parse("double:CONTRACT#field");

    protected override Task<ISecretStore> ConnectAsync()
    {
        var world = new World(Scenario.All[0], FaultSchedule.None);
        return Task.FromResult<ISecretStore>(new DoubleStore(world, world.Store, new Wire(world, new OperatorProcess("somebody"))));
    }
}
