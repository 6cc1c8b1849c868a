using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Rotation.Doubles;

/// <summary>Finds the services of a world, and restarts them, as one process does.</summary>
internal class DoubleConsumers(World world, Wire wire) : IConsumerSource, IConsumerControl
{
    public string Name => "double";

    protected World World => world;

    protected Wire Wire => wire;

    public virtual bool Controls(Consumer consumer) => !StateOf(consumer).CanBeRepointed;

    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var isHalf = false;
        var found = await wire.CallAsync<IReadOnlyList<Consumer>>(
            $"find consumers of {address}",
            () => world.Services.Select(service => Describe(service, address!)).OfType<Consumer>().ToList(),
            FailureCode.ConsumerBusy,
            whole =>
            {
                isHalf = true;
                return whole;
            });
        if (!found.Succeeded(out var all, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var consumer in isHalf ? all.Take(1) : all)
        {
            yield return consumer;
        }

        if (isHalf)
        {
            yield return Wire.BrokenOff("find");
        }
    }

    public async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(
        Consumer consumer, RestartRequest request, StopRequest stop)
    {
        var service = StateOf(consumer);
        foreach (var (i, instance) in service.Instances.OrderBy(static instance => instance.IsRunning).Index().ToList())
        {
            var ordinal = i + 1;
            if (stop.AtSafePoint.IsCancellationRequested)
            {
                yield return new Failure(FailureCode.Stopped, service.Name, "It was stopped.");
                yield break;
            }

            yield return Event(InstancePhase.Stopping);
            var isHalf = false;
            var restarted = await wire.CallAsync(
                $"restart {instance.Name}", () => Restart(service, instance, request.RunId).Map(Event), FailureCode.ConsumerBusy, whole =>
                {
                    isHalf = true;
                    instance.IsRunning &= service.Uptake == Uptake.Wait;
                    return whole;
                });
            if (isHalf)
            {
                // The news of it broke off, and the instance did too.
                yield break;
            }

            yield return restarted;
            if (restarted.Failure is not null)
            {
                yield break;
            }

            InstanceEvent Event(InstancePhase phase) => new(instance.Name, ordinal, service.Instances.Count, phase, world.Time.GetUtcNow());
        }
    }

    public Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation) => wire.CallAsync<Convergence>(
        $"prove {consumer.Name} {version.Address} {version.Id}",
        () => new Convergence(consumer, version.Id, [.. StateOf(consumer).Instances.Select(instance => Describe(instance, version))]),
        FailureCode.ConsumerBusy);

    protected ServiceState StateOf(Consumer consumer) => world.Services.Single(service => service.Name == consumer.Name);

    // Fingerprints tell; the version that it was given only of a store that can't be read back, as nothing else can be known there.
    private InstanceState Describe(InstanceOfService instance, SecretVersion version)
    {
        var holds = version.Fingerprint is { } fingerprint
            ? instance.Holds(fingerprint)
            : !world.Store.Capabilities.HasFlag(Stores.StoreCapabilities.Readable) && instance.Held.Any(held => held.Address.Equals(version.Address) && held.Id == version.Id);
        return new InstanceState(
            instance.Name, holds && instance.IsRunning ? Holding.Holds : Holding.Lacks, instance.IsRunning ? instance.Since : null, instance.IsRunning ? "it was asked" : "it doesn't run");
    }

    private static Consumer? Describe(ServiceState service, SecretAddress address)
    {
        var references = service.Readings.Where(reading => reading.Address.Equals(address))
            .Select(reading => new ConsumerReference("Variable", reading.Stage.ToString(), service.Uptake) { Stage = reading.Stage })
            .ToList();
        return references.Count == 0 ? null : new Consumer("Service", service.Name, "double", address, references) { Replicas = service.Instances.Count };
    }

    private Outcome<InstancePhase> Restart(ServiceState service, InstanceOfService instance, string runId)
    {
        if (service.Uptake == Uptake.Wait)
        {
            return InstancePhase.Unchanged;
        }

        if (instance.RunId == runId && instance.IsRunning && service.Resolve(world.Store) is { } wanted && wanted.SequenceEqual(instance.Held))
        {
            return InstancePhase.Unchanged;
        }

        service.Start(instance, world.Store, world.Time.GetUtcNow());
        instance.RunId = runId;
        return instance.IsRunning
            ? InstancePhase.Healthy
            : new Failure(FailureCode.InstanceUnhealthy, instance.Name, $"{instance.Name} finds no value where it reads.");
    }
}

/// <summary>Acts on those whose references can be pointed elsewhere.</summary>
internal sealed class DoubleRepointer(World world, Wire wire) : DoubleConsumers(world, wire), IConsumerRepointer
{
    public override bool Controls(Consumer consumer) => StateOf(consumer).CanBeRepointed;

    public Task<Outcome<Repointing>> PreviewAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) =>
        Task.FromResult<Outcome<Repointing>>(new Repointing(consumer, "..."));

    public Task<Outcome<Repointing>> RepointAsync(Consumer consumer, RepointRequest request, CancellationToken cancellation) => Wire.CallAsync<Repointing>(
        $"point {consumer.Name} to {request.To}",
        () =>
        {
            var readings = StateOf(consumer).Readings;
            for (var i = 0; i < readings.Count; i++)
            {
                readings[i] = readings[i].Address.Equals(request.From) ? readings[i] with { Address = request.To } : readings[i];
            }

            return new Repointing(consumer, "...") { IsInForce = true };
        },
        FailureCode.VersionConflict);
}
