using RotateSecrets.Consumers;
using RotateSecrets.Local.Delivery;
using RotateSecrets.Local.Replicas;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Units;

/// <summary>The unit of a service: one instance, which systemd starts and watches.</summary>
/// <param name="service">The service.</param>
/// <param name="folder">Where what is known of it lies.</param>
/// <param name="time">The clock.</param>
internal sealed class SystemdUnit(Service service, string folder, TimeProvider time)
{
    private readonly Systemctl systemctl = new(service.IsUserUnit, time);
    private readonly string path = Path.Combine(folder, "unit.json");

    /// <summary>What was written for it last; null where that isn't known.</summary>
    public UnitRecord? Record => UnitRecord.Read(path);

    /// <summary>What it is doing.</summary>
    public Task<Outcome<UnitState>> ShowAsync(CancellationToken cancellation) => systemctl.ShowAsync(service.Unit, cancellation);

    /// <summary>Hands it over to systemd, without an eye on what comes of it.</summary>
    /// <returns>The failure, or null.</returns>
    public Task<Failure?> TellAsync(string verb, TimeSpan? deadline, CancellationToken cancellation) => systemctl.TellAsync(verb, service.Unit, deadline, cancellation);

    /// <summary>Writes its files, and which start of it has not read them yet.</summary>
    /// <returns>The failure, or null.</returns>
    public async Task<Failure?> WriteAsync(string runId, BoundSecrets secrets, CancellationToken cancellation)
    {
        if (secrets.WriteFiles(service) is { } unwritten)
        {
            return unwritten;
        }

        // Asked for after the writing: a start in between counts as one that has not read it.
        if (!(await ShowAsync(cancellation)).Succeeded(out var state, out var failure))
        {
            return failure;
        }

        new UnitRecord(runId, secrets.Held, state.InvocationId).Write(path);
        return null;
    }

    /// <summary>Whether it was written for in a run with these values, was started since, and is well.</summary>
    public async Task<bool> IsDoneAsync(UnitState state, RestartRequest request, BoundSecrets secrets, CancellationToken cancellation) =>
        Record is { } record && record.RunId == request.RunId && record.Held.ToHashSet().SetEquals(secrets.Held) && HasRead(state, record)
        && await AwaitHealthAsync(state, TimeSpan.Zero, cancellation) is null;

    /// <summary>Whether it runs, and was started after everything had been written.</summary>
    public static bool HasRead(UnitState state, UnitRecord record) => state.IsActive && state.InvocationId != record.Stale;

    /// <summary>Restarts or starts it, and waits until it is well.</summary>
    /// <returns>The failure, or null. A unit that isn't well is left to systemd, which may have its own way with it.</returns>
    public async Task<Failure?> RestartAsync(TimeSpan deadline, BoundSecrets secrets, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var refused = await TellAsync("restart", deadline, cancellation);
        if (refused is not null && refused.Code != FailureCode.InstanceUnhealthy)
        {
            return refused;
        }

        if (!(await ShowAsync(cancellation)).Succeeded(out var state, out var failure))
        {
            return failure;
        }

        var seen = refused?.Message ?? await AwaitHealthAsync(state, deadline - time.GetElapsedTime(began), cancellation);
        if (seen is null)
        {
            return null;
        }

        var log = await systemctl.LogAsync(state, secrets.Values, cancellation);
        return new Failure(
            FailureCode.InstanceUnhealthy,
            $"{service.Name}/{service.Unit}",
            $"{service.Unit} is not well: {seen.TrimEnd('.')}. {(log.Length == 0 ? "Its journal tells nothing." : $"It wrote: {log}")}")
        {
            Remedy = $"See systemctl status {service.Unit}, and its journal.",
        };
    }

    private Task<string?> AwaitHealthAsync(UnitState started, TimeSpan deadline, CancellationToken cancellation) =>
        ReplicaHealth.AwaitAsync(service.HealthOf(1), () => EndAsync(started, cancellation), deadline, time, cancellation);

    private async Task<string?> EndAsync(UnitState started, CancellationToken cancellation) =>
        !(await ShowAsync(cancellation)).Succeeded(out var state, out var failure) ? failure.Message
        : !state.IsActive ? $"it is {state.ActiveState} ({state.Result})"
        : state.InvocationId != started.InvocationId ? "it ended, and systemd had to start it again"
        : null;
}
