using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Processes;

/// <summary>Starts, stops and restarts the processes that services files declare, one instance after another.</summary>
internal sealed class ProcessConsumerControl(TimeProvider time) : IConsumerSupervisor
{
    /// <inheritdoc/>
    public bool Controls(Consumer consumer) => consumer.Kind == nameof(ServiceKind.Process);

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WithAsync(consumer, request.Secrets, stop, (service, secrets, replica, number) => RestartAsync(service, secrets, replica, number, request, stop.Now));

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> StartAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WithAsync(consumer, request.Secrets, stop, (service, secrets, replica, _) => StartMissingAsync(service, secrets, replica, request, stop.Now));

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> StopAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WithAsync(consumer, secrets: null, stop, (service, _, replica, _) => StopAsync(service, replica, request, stop.Now));

    /// <inheritdoc/>
    public async Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation)
    {
        if (!Find(consumer).Succeeded(out var service, out var failure))
        {
            return failure;
        }

        var states = new List<InstanceState>();
        var folder = new ReplicaFolder(consumer.Scope, service);
        for (var number = 1; number <= service.Replicas; number++)
        {
            var record = await folder.FindAsync(number, time, cancellation);
            states.Add(Holdings.Of(service, number, record, version));
        }

        // A service that doesn't run at all holds nothing, and is not to be started by a rotation.
        return new Convergence(consumer, version.Id, states.TrueForAll(static state => state.Since is null) ? [] : states);
    }

    private static Outcome<Service> Find(Consumer consumer)
    {
        if (OperatingSystem.IsWindows())
        {
            return new Failure(FailureCode.NotSupported, consumer.Id, "Processes are started and restarted on Linux and macOS only.");
        }

        if (!ServicesFile.Load(consumer.Scope).Succeeded(out var file, out var failure))
        {
            return failure;
        }

        return file.Services.FirstOrDefault(service => service.Name == consumer.Name) is { } found
            ? found
            : new Failure(FailureCode.ConsumerNotFound, consumer.Id, $"{consumer.Scope} no longer declares a service '{consumer.Name}'.");
    }

    private async IAsyncEnumerable<Outcome<InstanceEvent>> WithAsync(
        Consumer consumer,
        ISecretResolver? secrets,
        StopRequest stop,
        Func<Service, BoundSecrets, Replica, int, IAsyncEnumerable<Outcome<InstanceEvent>>> work)
    {
        if (!Find(consumer).Succeeded(out var service, out var failure))
        {
            yield return failure;
            yield break;
        }

        var folder = new ReplicaFolder(consumer.Scope, service);
        folder.Make();
        var patience = (service.StartTimeout + service.StopTimeout) * service.Replicas;
        if (!(await ServiceLock.TakeAsync(folder.LockFile, service.Name, patience, time, stop.Now)).Succeeded(out var held, out var busy))
        {
            yield return busy;
            yield break;
        }

        using (held)
        {
            // Everything is read and written before the first instance is touched.
            if (!(await BoundSecrets.ResolveAsync(service with { Secrets = secrets is null ? [] : service.Secrets }, secrets!, stop.Now)).Succeeded(out var bound, out var unread))
            {
                yield return unread;
                yield break;
            }

            using (bound)
            {
                if (bound.WriteFiles(service) is { } unwritten)
                {
                    yield return unwritten;
                    yield break;
                }

                for (var number = 1; number <= service.Replicas; number++)
                {
                    if (stop.AtSafePoint.IsCancellationRequested)
                    {
                        yield return new Failure(FailureCode.Stopped, consumer.Id, $"{consumer} was stopped after {number - 1} of {service.Replicas} instances.");
                        yield break;
                    }

                    await foreach (var happened in work(service, bound, new Replica(service, folder, number, time), number))
                    {
                        yield return happened;
                        if (happened.Failure is not null)
                        {
                            yield break;
                        }
                    }
                }
            }
        }
    }

    private static async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(
        Service service, BoundSecrets secrets, Replica replica, int number, RestartRequest request, [EnumeratorCancellation] CancellationToken now)
    {
        var record = await replica.FindAsync(now);
        if (service.Secrets.All(static binding => binding.Uptake == Uptake.Reload) && record is { Process.IsAlive: true })
        {
            yield return replica.Event(InstancePhase.Reloaded);
            yield break;
        }

        if (await replica.IsSettledAsync(record, request.RunId, secrets.Held, now))
        {
            yield return replica.Event(InstancePhase.Unchanged);
            yield break;
        }

        if (record is { Process.IsAlive: true })
        {
            yield return replica.Event(InstancePhase.Stopping);
            if (await replica.StopAsync(record, service.StopTimeout, now) is { } alive)
            {
                yield return alive;
                yield break;
            }
        }

        await foreach (var happened in StartAsync(service, secrets, replica, record, request, now))
        {
            yield return happened;
        }
    }

    private static async IAsyncEnumerable<Outcome<InstanceEvent>> StartMissingAsync(
        Service service, BoundSecrets secrets, Replica replica, RestartRequest request, [EnumeratorCancellation] CancellationToken now)
    {
        var record = await replica.FindAsync(now);
        if (record is { Process.IsAlive: true })
        {
            yield return replica.Event(InstancePhase.Unchanged);
            yield break;
        }

        await foreach (var happened in StartAsync(service, secrets, replica, record, request, now))
        {
            yield return happened;
        }
    }

    private static async IAsyncEnumerable<Outcome<InstanceEvent>> StartAsync(
        Service service, BoundSecrets secrets, Replica replica, ReplicaRecord? record, RestartRequest request, [EnumeratorCancellation] CancellationToken now)
    {
        var logStart = replica.LogLength;
        if (!(await replica.StartAsync(record, request.RunId, secrets, now)).Succeeded(out var started, out var failure))
        {
            yield return failure;
            yield break;
        }

        if (!request.Wait)
        {
            yield return replica.Event(InstancePhase.Started);
            yield break;
        }

        yield return replica.Event(InstancePhase.Starting);
        var deadline = request.Deadline ?? service.StartTimeout;
        yield return (await replica.AwaitHealthAsync(started, deadline, logStart, secrets, now)).Map(_ => replica.Event(InstancePhase.Healthy));
    }

    private static async IAsyncEnumerable<Outcome<InstanceEvent>> StopAsync(
        Service service, Replica replica, RestartRequest request, [EnumeratorCancellation] CancellationToken now)
    {
        var record = await replica.FindAsync(now);
        if (record is not { Process.IsAlive: true })
        {
            yield return replica.Event(InstancePhase.Unchanged);
            yield break;
        }

        yield return replica.Event(InstancePhase.Stopping);
        yield return await replica.StopAsync(record, request.Deadline ?? service.StopTimeout, now) is { } failure
            ? failure
            : replica.Event(InstancePhase.Stopped);
    }
}
