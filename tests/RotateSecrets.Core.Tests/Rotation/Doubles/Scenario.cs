using RotateSecrets.Consumers;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>A store of some kind, services that use a secret in it, and the plan by which it is rotated.</summary>
internal sealed record Scenario(string Name, StrategyKind Strategy, StoreCapabilities Capabilities, Func<IReadOnlyList<ServiceState>> Services)
{
    public const StoreCapabilities Versions = StoreCapabilities.Readable | StoreCapabilities.Versioned | StoreCapabilities.CompareAndSet
        | StoreCapabilities.Idempotent | StoreCapabilities.Revocable;

    public static SecretAddress Home { get; } = SecretAddress.Parse("double:app/key");

    public static SecretAddress Side { get; } = SecretAddress.Parse("double:app/key_NEW");

    public bool Emergency { get; init; }

    /// <summary>Where the value is held that its own store can't give back.</summary>
    public SecretAddress? HeldAt { get; init; }

    /// <summary>Whether services refuse the new value.</summary>
    public bool CandidateFails { get; init; }

    public RotationPlan Plan => new(Home)
    {
        Strategy = Strategy,
        HeldAt = HeldAt,
        ConvergenceDeadline = TimeSpan.FromSeconds(10),
        Probes = [new ProbeRecipe(ProbeKind.Http, new Uri("http://worker/")), new ProbeRecipe(ProbeKind.Jwt, new Uri("http://proxy/"))],
    };

    public RotationOptions Options => new() { Emergency = Emergency, ThrottleLimit = 1 };

    /// <summary>Whether a service that verifies must know the value that clients use at every instant: where the store lets the new one wait, it can.</summary>
    public bool KeepsClients => Strategy is not (StrategyKind.Overwrite or StrategyKind.Rename);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("staged", StrategyKind.Staged, Versions | StoreCapabilities.Staged | StoreCapabilities.Audited, StagedServices),
        new("staged, emergency", StrategyKind.Staged, Versions | StoreCapabilities.Staged | StoreCapabilities.Audited, StagedServices) { Emergency = true },
        new("side by side, blind", StrategyKind.SideBySide, StoreCapabilities.None, SideServices),
        new("side by side, versioned", StrategyKind.SideBySide, Versions, SideServices),
        new("overwrite, one value", StrategyKind.Overwrite, StoreCapabilities.Readable | StoreCapabilities.CompareAndSet | StoreCapabilities.Idempotent, OverwriteServices),
        new("overwrite, versioned", StrategyKind.Overwrite, Versions, OverwriteServices),
        new("overwrite, held elsewhere", StrategyKind.Overwrite, StoreCapabilities.None, OverwriteServices) { HeldAt = SecretAddress.Parse("vault:app/key") },
        new("rename, blind", StrategyKind.Rename, StoreCapabilities.None, RenameServices),
        new("rename, one value", StrategyKind.Rename, StoreCapabilities.Readable | StoreCapabilities.CompareAndSet | StoreCapabilities.Idempotent, RenameServices),
    ];

    public override string ToString() => CandidateFails ? $"{Name}, candidate fails" : Name;

    private static IReadOnlyList<ServiceState> StagedServices() =>
    [
        new("proxy", Uptake.Restart, new Reading(Home), new Reading(Home, SecretStage.Pending, IsOptional: true), new Reading(Home, SecretStage.Previous, IsOptional: true)) { Verifies = true },
        new("worker", Uptake.Restart, new Reading(Home)),
        new("agent", Uptake.Wait, new Reading(Home)),
    ];

    private static IReadOnlyList<ServiceState> SideServices() =>
    [
        new("proxy", Uptake.Restart, new Reading(Home), new Reading(Side, IsOptional: true)) { Verifies = true },
        new("workflow", Uptake.Restart, new Reading(Home)) { CanBeRepointed = true },
        new("worker", Uptake.Restart, new Reading(Home)),
    ];

    private static IReadOnlyList<ServiceState> RenameServices() =>
    [
        new("proxy", Uptake.Restart, new Reading(Home)) { Verifies = true, CanBeRepointed = true },
        new("worker", Uptake.Restart, new Reading(Home)) { CanBeRepointed = true },
    ];

    private static IReadOnlyList<ServiceState> OverwriteServices() =>
    [
        new("proxy", Uptake.Restart, new Reading(Home)) { Verifies = true },
        new("worker", Uptake.Restart, new Reading(Home)),
        new("agent", Uptake.Wait, new Reading(Home)),
    ];
}
