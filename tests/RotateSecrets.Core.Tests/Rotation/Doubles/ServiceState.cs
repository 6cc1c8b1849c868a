using RotateSecrets.Consumers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>Where a service reads a value.</summary>
/// <param name="Address">Which secret.</param>
/// <param name="Stage">Which version of it.</param>
/// <param name="IsOptional">Whether the service starts without it.</param>
internal sealed record Reading(SecretAddress Address, SecretStage Stage = SecretStage.Current, bool IsOptional = false);

/// <summary>A value that an instance was given.</summary>
internal sealed record Held(SecretAddress Address, string Id, string Fingerprint);

/// <summary>One instance of a service.</summary>
internal sealed class InstanceOfService(string name)
{
    public string Name => name;

    public bool IsRunning { get; set; }

    public DateTimeOffset Since { get; set; }

    public string? RunId { get; set; }

    public IReadOnlyList<Held> Held { get; set; } = [];

    public bool Holds(string fingerprint) => Held.Any(held => held.Fingerprint == fingerprint);
}

/// <summary>A service with a few instances.</summary>
internal sealed class ServiceState(string name, Uptake uptake, params Reading[] readings)
{
    /// <summary>How long the system takes to bring a new value to a service that waits for it.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    public string Name => name;

    public Uptake Uptake => uptake;

    public List<Reading> Readings { get; } = [.. readings];

    public IReadOnlyList<InstanceOfService> Instances { get; } = [new($"{name}-1"), new($"{name}-2")];

    public bool CanBeRepointed { get; init; }

    /// <summary>Whether it takes tokens that others sign: such a service has to know whatever they may sign with.</summary>
    public bool Verifies { get; init; }

    /// <summary>What an instance that is started now gets; null where something that it needs isn't there.</summary>
    public IReadOnlyList<Held>? Resolve(StoreState store)
    {
        var held = new List<Held>();
        foreach (var reading in Readings)
        {
            if (store.Of(reading.Address).FirstOrDefault(version => version.Stage == reading.Stage && version.IsLive) is { } found)
            {
                held.Add(new Held(reading.Address, found.Id, found.Fingerprint));
            }
            else if (!reading.IsOptional)
            {
                return null;
            }
        }

        return held;
    }

    public void Start(InstanceOfService instance, StoreState store, DateTimeOffset now)
    {
        instance.IsRunning = Resolve(store) is not null;
        instance.Held = Resolve(store) ?? [];
        instance.Since = now;
    }

    /// <summary>Brings new values to instances that need not be restarted, once they are old enough.</summary>
    public void Deliver(StoreState store, DateTimeOffset now)
    {
        foreach (var instance in uptake == Uptake.Wait ? Instances : [])
        {
            if (Readings.All(reading => store.Of(reading.Address).All(version => version.StagedAt + Lag <= now)) && Resolve(store) is { } held)
            {
                instance.Held = held;
            }
        }
    }
}
