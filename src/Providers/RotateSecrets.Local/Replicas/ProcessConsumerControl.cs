using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Delivery;
using RotateSecrets.Local.Processes;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Replicas;

/// <summary>Starts, stops and restarts the processes that services files declare, one instance after another.</summary>
/// <param name="time">The clock.</param>
internal sealed class ProcessConsumerControl(TimeProvider time) : IConsumerSupervisor
{
    /// <inheritdoc/>
    public bool Controls(Consumer consumer) => consumer.Kind == nameof(ServiceKind.Process);

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WithSecretsAsync(consumer, request, stop, (service, secrets, replica) => RestartAsync(consumer, service, secrets, replica, request, stop.Now));

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> StartAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WithSecretsAsync(consumer, request, stop, (service, secrets, replica) => StartMissingAsync(service, secrets, replica, request, stop.Now));

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> StopAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        ServiceWork.RunAsync(consumer, service => EachAsync(consumer, service, replica => StopAsync(replica, request.Deadline ?? service.StopTimeout, stop.Now), stop), time, stop.Now);

    /// <inheritdoc/>
    public Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation) =>
        Task.FromResult(ServicesFile.Find(consumer).Succeeded(out var service, out var failure) ? ReplicaProof.Of(consumer, service, version, time) : failure);

    private static async IAsyncEnumerable<Outcome<InstancePhase>> RestartAsync(
        Consumer consumer,
        Service service,
        BoundSecrets secrets,
        Replica replica,
        RestartRequest request,
        [EnumeratorCancellation] CancellationToken now)
    {
        // Nothing that it took along when it was started has changed, and the rest it reads again by itself.
        if (consumer.Uptake == Uptake.Reload && replica.Process() is not null && replica.Has(secrets))
        {
            yield return InstancePhase.Reloaded;
            yield break;
        }

        if (await replica.IsDoneAsync(request, secrets, now))
        {
            yield return InstancePhase.Unchanged;
            yield break;
        }

        await foreach (var phase in ReplaceAsync(service, secrets, replica, request, now))
        {
            yield return phase;
        }
    }

    private static async IAsyncEnumerable<Outcome<InstancePhase>> StartMissingAsync(
        Service service, BoundSecrets secrets, Replica replica, RestartRequest request, [EnumeratorCancellation] CancellationToken now)
    {
        if (replica.Sessions().Any(static session => session.Leader.IsAlive))
        {
            yield return InstancePhase.Unchanged;
            yield break;
        }

        await foreach (var phase in ReplaceAsync(service, secrets, replica, request, now))
        {
            yield return phase;
        }
    }

    private static async IAsyncEnumerable<Outcome<InstancePhase>> ReplaceAsync(
        Service service, BoundSecrets secrets, Replica replica, RestartRequest request, [EnumeratorCancellation] CancellationToken now)
    {
        if (replica.Sessions().Any())
        {
            yield return InstancePhase.Stopping;
            if (await replica.StopAsync(service.StopTimeout, now) is { } alive)
            {
                yield return alive;
                yield break;
            }
        }

        if (!(await replica.StartAsync(request.RunId, secrets, now)).Succeeded(out var started, out var failure))
        {
            yield return failure;
            yield break;
        }

        using (started)
        {
            if (!request.Wait)
            {
                yield return InstancePhase.Started;
                yield break;
            }

            yield return InstancePhase.Starting;
            var ill = await replica.AwaitHealthAsync(started, request.Deadline ?? service.StartTimeout, secrets, now);
            yield return ill is null ? InstancePhase.Healthy : ill;
        }
    }

    private static async IAsyncEnumerable<Outcome<InstancePhase>> StopAsync(
        Replica replica, TimeSpan patience, [EnumeratorCancellation] CancellationToken now)
    {
        if (!replica.Sessions().Any())
        {
            yield return InstancePhase.Unchanged;
            yield break;
        }

        yield return InstancePhase.Stopping;
        var alive = await replica.StopAsync(patience, now);
        yield return alive is null ? InstancePhase.Stopped : alive;
    }

    private IAsyncEnumerable<Outcome<InstanceEvent>> WithSecretsAsync(
        Consumer consumer, RestartRequest request, StopRequest stop, Func<Service, BoundSecrets, Replica, IAsyncEnumerable<Outcome<InstancePhase>>> work)
    {
        return ServiceWork.RunAsync(consumer, WorkAsync, time, stop.Now);

        async IAsyncEnumerable<Outcome<InstanceEvent>> WorkAsync(Service service)
        {
            // Everything is looked at, read and written before the first instance is touched.
            if (LaunchCheck.Flaw(service) is { } flaw)
            {
                yield return flaw;
                yield break;
            }

            if (!(await BoundSecrets.ResolveAsync(service, request.Secrets, stop.Now)).Succeeded(out var secrets, out var unread))
            {
                yield return unread;
                yield break;
            }

            using (secrets)
            {
                if (secrets.WriteFiles(service) is { } unwritten)
                {
                    yield return unwritten;
                    yield break;
                }

                await foreach (var happened in EachAsync(consumer, service, replica => work(service, secrets, replica), stop))
                {
                    yield return happened;
                }
            }
        }
    }

    // One after another, those that don't run first: a restart that broke off must not take the last one that does. Those that the services file no longer asks for come last, and are stopped.
    private async IAsyncEnumerable<Outcome<InstanceEvent>> EachAsync(
        Consumer consumer, Service service, Func<Replica, IAsyncEnumerable<Outcome<InstancePhase>>> work, StopRequest stop)
    {
        var folder = new ReplicaFolder(ServiceWork.Folder(consumer));
        var replicas = Enumerable.Range(1, Math.Max(service.Replicas, folder.Largest())).Select(number => new Replica(service, folder, number, time)).ToList();
        replicas.ForEach(static replica => replica.Settle());
        replicas.RemoveAll(static replica => replica.IsSurplus && !replica.Sessions().Any());
        replicas = [.. replicas.OrderBy(static replica => replica.IsSurplus).ThenBy(static replica => replica.Sessions().Any(static session => session.Leader.IsAlive))];
        for (var index = 0; index < replicas.Count; index++)
        {
            var replica = replicas[index];
            if (stop.AtSafePoint.IsCancellationRequested)
            {
                yield return new Failure(FailureCode.Stopped, consumer.Id, $"{consumer} was stopped after {index} of {replicas.Count} instances.");
                yield break;
            }

            await foreach (var phase in replica.IsSurplus ? StopAsync(replica, service.StopTimeout, stop.Now) : work(replica))
            {
                yield return phase.Map(passed => new InstanceEvent(replica.Name, index + 1, replicas.Count, passed, time.GetUtcNow()));
                if (phase.Failure is not null)
                {
                    yield break;
                }
            }
        }
    }
}
