using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Rotation.Strategies;

/// <summary>Chooses a strategy from what the plan says and the store can do.</summary>
internal static class RotationStrategy
{
    private static readonly IRotationStrategy[] All = [new StagedStrategy(), new SideBySideStrategy(), new RenameStrategy(), new OverwriteStrategy(), new DelegatedStrategy()];

    /// <summary>The strategy that a record names.</summary>
    public static IRotationStrategy Named(string name) => All.Single(strategy => strategy.Kind.ToString() == name);

    public static async Task<Outcome<IRotationStrategy>> ChooseAsync(StrategyKind wanted, ISecretStore store, SecretAddress address, CancellationToken cancellation)
    {
        if (wanted is StrategyKind.Automatic or StrategyKind.Staged && store is IUnevenStore uneven)
        {
            await uneven.LookAsync(address, cancellation);
        }

        return Choose(wanted, store, address);
    }

    private static Outcome<IRotationStrategy> Choose(StrategyKind wanted, ISecretStore store, SecretAddress address) => wanted switch
    {
        StrategyKind.Automatic => Outcome.Of(Named(Best(store.CapabilitiesAt(address)).ToString())),
        StrategyKind.Staged when !store.CapabilitiesAt(address).HasFlag(StoreCapabilities.Staged) =>
            new Failure(FailureCode.NotSupported, store.Description.Name, $"The store {store.Description} keeps no pending versions of {address}, so nothing can be staged there.")
            {
                Remedy = "Let the plan's strategy be Automatic or SideBySide.",
            },
        StrategyKind.Delegated when !store.CapabilitiesAt(address).HasFlag(StoreCapabilities.SelfRotating) =>
            new Failure(FailureCode.NotSupported, store.Description.Name, $"The store {store.Description} has no function that rotates a secret.")
            {
                Remedy = "Let the plan's strategy be Automatic.",
            },
        _ => Outcome.Of(Named(wanted.ToString())),
    };

    private static StrategyKind Best(StoreCapabilities capabilities) => capabilities switch
    {
        _ when capabilities.HasFlag(StoreCapabilities.Staged) => StrategyKind.Staged,
        _ when capabilities.HasFlag(StoreCapabilities.SelfRotating) && !capabilities.HasFlag(StoreCapabilities.Versioned) => StrategyKind.Delegated,
        _ when capabilities.HasFlag(StoreCapabilities.Readable) => StrategyKind.Overwrite,
        _ => StrategyKind.SideBySide,
    };
}
