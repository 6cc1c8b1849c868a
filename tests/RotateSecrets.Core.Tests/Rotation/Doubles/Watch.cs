using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>Sees that what must always hold does, at every call.</summary>
internal sealed class Watch(World world)
{
    private readonly HashSet<string> minted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> candidates = new(StringComparer.Ordinal);
    private readonly List<string> violations = [];

    /// <summary>The call under way.</summary>
    public string Call { get; set; } = string.Empty;

    public IReadOnlyList<string> Violations => violations;

    public void Minted(string fingerprint) => minted.Add(fingerprint);

    public bool WasMinted(string fingerprint) => minted.Contains(fingerprint);

    public void Violated(string what) => violations.Add($"{what} ({Call})");

    /// <summary>A rotation writes one value, however often it writes it; and it overwrites the first name only once the value was seen to work under the second.</summary>
    public void Wrote(PutRequest request, StoredVersion version)
    {
        if (!minted.Contains(version.Fingerprint))
        {
            return;
        }

        if (candidates.TryAdd(request.Token, version.Fingerprint) is false && candidates[request.Token] != version.Fingerprint)
        {
            Violated("A candidate was minted twice");
        }

        if (request.Address.Equals(Scenario.Home)
            && world.Scenario.Strategy == RotateSecrets.Rotation.Plans.StrategyKind.SideBySide
            && !world.Journal.Verifications.Exists(static seen => seen.Version.Address.Equals(Scenario.Side)))
        {
            Violated("The candidate took the secret's own name before it was verified");
        }
    }

    /// <summary>What was never current is promoted only once it was verified.</summary>
    public void BeforePromotion(SecretAddress address, string id)
    {
        if (world.Store.Of(address).Any(version => version.Id == id && version.Stage == SecretStage.Pending) && !WasVerified(address, id))
        {
            Violated("A candidate was promoted before it was verified");
        }
    }

    /// <summary>What was current is revoked only once every instance that runs has what replaced it, and that was verified.</summary>
    public void BeforeRevocation(SecretAddress address, string id)
    {
        if (!world.Store.Of(address).Any(version => version.Id == id && version.Stage == SecretStage.Previous) || world.Store.Current(address) is not { } current)
        {
            return;
        }

        if (!WasVerified(address, current.Id))
        {
            Violated("A version was revoked before the one that replaces it was verified");
        }

        var readers = Running().Where(running => running.Service.Readings.Exists(reading => reading.Address.Equals(address)));
        foreach (var (service, instance) in readers.Where(running => !running.Instance.Holds(current.Fingerprint)))
        {
            Violated($"A version was revoked while {instance.Name} of {service.Name} lacked the one that replaces it");
        }
    }

    /// <summary>A name is removed only when nobody refers to it, and what has the secret's other name was verified; the second name also when it is given up.</summary>
    public void BeforeRemoval(SecretAddress address)
    {
        if (!address.Equals(Scenario.Home))
        {
            return;
        }

        foreach (var service in world.Services.Where(service => service.Readings.Exists(reading => reading.Address.Equals(address))))
        {
            Violated($"A name was removed that {service.Name} refers to");
        }

        if (world.Store.Current(Scenario.Side) is not { } successor || !WasVerified(Scenario.Side, successor.Id))
        {
            Violated("A name was removed before what replaces it was verified");
        }
    }

    /// <summary>What must hold at every instant.</summary>
    public void Check()
    {
        var currents = world.Store.Of(world.Home).Count(static version => version.Stage == SecretStage.Current);
        if (currents != 1)
        {
            Violated($"There are {currents} current versions");
            return;
        }

        var current = world.Store.Current(world.Home)!.Fingerprint;
        foreach (var (service, instance) in Running())
        {
            if (!instance.Held.Any(held => world.Store.IsAccepted(held.Fingerprint)))
            {
                Violated($"{instance.Name} has no credential that is accepted");
            }

            if (service.Verifies && world.Scenario.KeepsClients && !instance.Holds(current))
            {
                Violated($"{instance.Name} refuses the value that clients use");
            }
        }

        foreach (var service in world.Services)
        {
            if (service.Resolve(world.Store) is null)
            {
                Violated($"{service.Name} points to where nothing is");
            }

            if (!service.Instances.Any(static instance => instance.IsRunning))
            {
                Violated($"No instance of {service.Name} runs");
            }
        }

        CheckRecoverable();
    }

    // Some value that all who verify accept can be had again: from the store, or from the journal.
    private void CheckRecoverable()
    {
        var verifying = Running().Where(static running => running.Service.Verifies).Select(static running => running.Instance).ToList();
        var common = verifying.Aggregate<InstanceOfService, IEnumerable<string>?>(
            null, static (common, instance) => (common ?? instance.Held.Select(static held => held.Fingerprint)).Where(instance.Holds)) ?? [];
        var values = common.ToHashSet(StringComparer.Ordinal);
        if (values.Count > 0 && !values.Any(value => world.Store.Has(value) || world.Vault.Has(value) || IsSealed(value)))
        {
            Violated("No value that everybody accepts can be had again");
        }
    }

    private bool IsSealed(string fingerprint) => world.Journal.Sealed.Values.Any(bytes =>
    {
        using var value = SecretValue.FromBytes(bytes);
        return value.Fingerprint == fingerprint;
    });

    private bool WasVerified(SecretAddress address, string id) =>
        world.Journal.Verifications.Exists(seen => seen.Version.Address.Equals(address) && seen.Version.Id == id);

    private IEnumerable<(ServiceState Service, InstanceOfService Instance)> Running() =>
        from service in world.Services from instance in service.Instances where instance.IsRunning select (service, instance);
}
