using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Delivery;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Units;

/// <summary>Starts, stops and restarts the systemd units that services files declare, and writes the files from which they read secrets.</summary>
/// <param name="time">The clock.</param>
internal sealed class UnitConsumerControl(TimeProvider time) : IConsumerSupervisor
{
    /// <inheritdoc/>
    public bool Controls(Consumer consumer) => consumer.Kind == nameof(ServiceKind.SystemdUnit);

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WorkAsync(consumer, stop, (service, unit, state) => RestartAsync(consumer, service, unit, state, request, stop.Now));

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> StartAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WorkAsync(consumer, stop, (service, unit, state) => StartAsync(service, unit, state, request, stop.Now));

    /// <inheritdoc/>
    public IAsyncEnumerable<Outcome<InstanceEvent>> StopAsync(Consumer consumer, RestartRequest request, StopRequest stop) =>
        WorkAsync(consumer, stop, (service, unit, state) => StopAsync(unit, state, request.Deadline ?? service.StopTimeout, stop.Now));

    /// <inheritdoc/>
    public async Task<Outcome<Convergence>> ProveAsync(Consumer consumer, SecretVersion version, CancellationToken cancellation)
    {
        if (!ServicesFile.Find(consumer).Succeeded(out var service, out var failure))
        {
            return failure;
        }

        var unit = new SystemdUnit(service, ServiceWork.Folder(consumer), time);
        return (await unit.ShowAsync(cancellation)).Map(
            state => new Convergence(consumer, version.Id, state.MayRun ? [UnitProof.Of(service, unit.Record, state, version)] : []));
    }

    private static async IAsyncEnumerable<Outcome<InstancePhase>> RestartAsync(
        Consumer consumer,
        Service service,
        SystemdUnit unit,
        UnitState state,
        RestartRequest request,
        [EnumeratorCancellation] CancellationToken now)
    {
        if (!(await ReadAsync(service, state, request, now)).Succeeded(out var secrets, out var unread))
        {
            yield return unread;
            yield break;
        }

        using (secrets)
        {
            // Nothing that it took along when it was started has changed, and the rest it reads again by itself.
            if (consumer.Uptake == Uptake.Reload && state.IsActive && (secrets.Held.Count == 0 || (unit.Record is { } record && SystemdUnit.HasRead(state, record) && record.Held.ToHashSet().SetEquals(secrets.Held))))
            {
                var unwritten = secrets.WriteFiles(service);
                yield return unwritten is null ? InstancePhase.Reloaded : unwritten;
                yield break;
            }

            if (await unit.IsDoneAsync(state, request, secrets, now))
            {
                yield return InstancePhase.Unchanged;
                yield break;
            }

            await foreach (var phase in ReplaceAsync(service, unit, secrets, request, now))
            {
                yield return phase;
            }
        }
    }

    private static async IAsyncEnumerable<Outcome<InstancePhase>> StartAsync(
        Service service,
        SystemdUnit unit,
        UnitState state,
        RestartRequest request,
        [EnumeratorCancellation] CancellationToken now)
    {
        if (state.IsActive)
        {
            yield return InstancePhase.Unchanged;
            yield break;
        }

        if (!(await ReadAsync(service, state, request, now)).Succeeded(out var secrets, out var unread))
        {
            yield return unread;
            yield break;
        }

        using (secrets)
        {
            await foreach (var phase in ReplaceAsync(service, unit, secrets, request, now))
            {
                yield return phase;
            }
        }
    }

    private static async IAsyncEnumerable<Outcome<InstancePhase>> ReplaceAsync(
        Service service,
        SystemdUnit unit,
        BoundSecrets secrets,
        RestartRequest request,
        [EnumeratorCancellation] CancellationToken now)
    {
        if (await unit.WriteAsync(request.RunId, secrets, now) is { } unwritten)
        {
            yield return unwritten;
            yield break;
        }

        if (!request.Wait)
        {
            var refused = await unit.TellAsync("restart", deadline: null, now);
            yield return refused is null ? InstancePhase.Started : refused;
            yield break;
        }

        yield return InstancePhase.Starting;
        var ill = await unit.RestartAsync(request.Deadline ?? service.StartTimeout, secrets, now);
        yield return ill is null ? InstancePhase.Healthy : ill;
    }

    private static async IAsyncEnumerable<Outcome<InstancePhase>> StopAsync(
        SystemdUnit unit, UnitState state, TimeSpan patience, [EnumeratorCancellation] CancellationToken now)
    {
        if (!state.MayRun)
        {
            yield return InstancePhase.Unchanged;
            yield break;
        }

        yield return InstancePhase.Stopping;
        var alive = await unit.TellAsync("stop", patience, now);
        yield return alive is null ? InstancePhase.Stopped : alive;
    }

    // Everything is read and looked at before the unit is touched.
    private static async Task<Outcome<BoundSecrets>> ReadAsync(Service service, UnitState state, RestartRequest request, CancellationToken now) =>
        UnitReader.Flaw(service, state) is { } flaw ? flaw : await BoundSecrets.ResolveAsync(service, request.Secrets, now);

    private IAsyncEnumerable<Outcome<InstanceEvent>> WorkAsync(
        Consumer consumer, StopRequest stop, Func<Service, SystemdUnit, UnitState, IAsyncEnumerable<Outcome<InstancePhase>>> work)
    {
        return ServiceWork.RunAsync(consumer, OnUnitAsync, time, stop.Now);

        async IAsyncEnumerable<Outcome<InstanceEvent>> OnUnitAsync(Service service)
        {
            if (stop.AtSafePoint.IsCancellationRequested)
            {
                yield return new Failure(FailureCode.Stopped, consumer.Id, $"{consumer} was stopped after 0 of 1 instances.");
                yield break;
            }

            var unit = new SystemdUnit(service, ServiceWork.Folder(consumer), time);
            if (!(await unit.ShowAsync(stop.Now)).Succeeded(out var state, out var failure))
            {
                yield return failure;
                yield break;
            }

            await foreach (var phase in work(service, unit, state))
            {
                yield return phase.Map(passed => new InstanceEvent(service.Unit, 1, 1, passed, time.GetUtcNow()));
            }
        }
    }
}
