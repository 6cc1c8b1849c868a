using RotateSecrets.Consumers;
using RotateSecrets.Local.Delivery;
using RotateSecrets.Local.Processes;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Replicas;

/// <summary>One instance of a service, whoever started it.</summary>
/// <param name="service">The service.</param>
/// <param name="folder">Where its records lie.</param>
/// <param name="number">Which instance, counted from 1.</param>
/// <param name="time">The clock.</param>
internal sealed class Replica(Service service, ReplicaFolder folder, int number, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LaunchTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterForce = TimeSpan.FromSeconds(10);

    /// <summary>Its name within the consumer.</summary>
    public string Name => FormattableString.Invariant($"{number}");

    /// <summary>Which instance, counted from 1.</summary>
    public int Number => number;

    /// <summary>Whether the services file no longer asks for it.</summary>
    public bool IsSurplus => number > service.Replicas;

    /// <summary>What it was started with last; null where that isn't known.</summary>
    public ReplicaRecord? Record { get; } = ReplicaRecord.Read(folder.Record(number));

    /// <summary>Whether somebody was about to start it and it isn't known what became of that.</summary>
    public bool IsUndecided => Record is { } record && !folder.IsDecided(number, record.Generation);

    /// <summary>All of it that runs: nothing, or one process with what that started.</summary>
    public IEnumerable<ProcessSession> Sessions() =>
        folder.Generations(number).Select(generation => folder.Session(number, generation)).OfType<ProcessSession>().Where(static session => session.IsAlive);

    /// <summary>Whether its record tells of this process.</summary>
    public bool IsRecorded(ProcessSession session) => Record is { } record && session.Marker == folder.ProcessFile(number, record.Generation);

    /// <summary>Whether it was started with exactly these values.</summary>
    public bool Has(BoundSecrets secrets) => Record is { } record && record.Held.ToHashSet().SetEquals(secrets.Held);

    /// <summary>Its process, if that is the one that its record tells of and it runs.</summary>
    public ProcessIdentity? Process() =>
        Record is { } record && folder.Session(number, record.Generation) is { Leader: { IsAlive: true } leader } ? leader : null;

    /// <summary>Makes sure that nothing of it is on its way any more: what was about to be started is there now, or will never be.</summary>
    public void Settle()
    {
        if (Record is { } record)
        {
            folder.Decide(number, record.Generation);
        }
    }

    /// <summary>Stops it: asks, waits, and ends by force what is still there.</summary>
    /// <returns>The failure, or null.</returns>
    public async Task<Failure?> StopAsync(TimeSpan patience, CancellationToken cancellation)
    {
        foreach (var (signal, wait) in ((Signal, TimeSpan)[])[(Signal.Terminate, patience), (Signal.Kill, AfterForce)])
        {
            if (!Sessions().ToList().TrueForAll(session => session.TrySend(signal)))
            {
                return Fails(FailureCode.AccessDenied, "belongs to another user, and can't be ended.");
            }

            if (await GoneAsync(wait, cancellation))
            {
                return null;
            }
        }

        return Fails(FailureCode.DeadlineExceeded, $"(process {Sessions().FirstOrDefault()?.Leader.Pid}) can't be ended, not even by force.");
    }

    /// <summary>Starts it with values. What with, is written before: whoever finds it knows what it has.</summary>
    public async Task<Outcome<StartedReplica>> StartAsync(string runId, BoundSecrets secrets, CancellationToken cancellation)
    {
        if (service.Ports.Count > 0 && !PortOwner.IsFree(service.Ports[number - 1]))
        {
            return PortTaken();
        }

        folder.Tidy(number);
        var generation = Math.Max(Record?.Generation ?? 0, folder.Generations(number).FirstOrDefault()) + 1;
        var record = new ReplicaRecord(generation, runId, secrets.Held, time.GetUtcNow());
        var log = new ReplicaLog(folder.Log(number));
        record.Write(folder.Record(number));
        var child = ProcessLauncher.Launch(
            [.. service.Command.Select(Expand)],
            service.WorkingDirectory,
            folder.Log(number),
            folder.ProcessFile(number, generation),
            environment => Fill(environment, folder.ProcessFile(number, generation), secrets));
        var began = time.GetTimestamp();
        while (child is { HasExited: false } && !folder.IsDecided(number, generation) && time.GetElapsedTime(began) < LaunchTime)
        {
            await Task.Delay(Pause, time, cancellation);
        }

        folder.Decide(number, generation);
        var started = new StartedReplica(child, folder.Session(number, generation)?.Leader, log);
        return started.Process is null ? await UnhealthyAsync(started, "it could not be started", secrets) : started;
    }

    /// <summary>Waits until it is well. One that isn't is stopped: nobody should find it later, half alive.</summary>
    /// <returns>The failure, or null.</returns>
    public async Task<Failure?> AwaitHealthAsync(StartedReplica started, TimeSpan deadline, BoundSecrets secrets, CancellationToken cancellation)
    {
        var seen = await ReplicaHealth.AwaitAsync(service.HealthOf(number), () => EndAsync(started.Process!), deadline, time, cancellation);
        if (seen is null)
        {
            return null;
        }

        var failure = await UnhealthyAsync(started, seen, secrets);
        return await StopAsync(service.StopTimeout, CancellationToken.None) is { } alive
            ? failure with { Message = $"{failure.Message} {alive.Message}" }
            : failure;
    }

    /// <summary>Whether it was started in a run with these values, and is well or on the way to be within its time.</summary>
    public async Task<bool> IsDoneAsync(RestartRequest request, BoundSecrets secrets, CancellationToken cancellation)
    {
        if (Record is not { } record || record.RunId != request.RunId || !Has(secrets) || Process() is not { } process)
        {
            return false;
        }

        var left = record.StartedAt + (request.Deadline ?? service.StartTimeout) - time.GetUtcNow();
        return await ReplicaHealth.AwaitAsync(service.HealthOf(number), () => EndAsync(process), left, time, cancellation) is null;
    }

    private static Task<string?> EndAsync(ProcessIdentity process) => Task.FromResult(process.IsAlive ? null : "it ended");

    private string Expand(string text) => service.Expand(text, number);

    private void Fill(IDictionary<string, string?> environment, string marker, BoundSecrets secrets)
    {
        foreach (var (name, text) in service.Environment)
        {
            environment[name] = Expand(text);
        }

        environment[ProcessSession.MarkerVariable] = marker;
        foreach (var (name, value) in secrets.Variables)
        {
            if (value is null)
            {
                environment.Remove(name);
            }
            else
            {
                environment[name] = value.Reveal();
            }
        }
    }

    private async Task<bool> GoneAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (Sessions().Any())
        {
            if (time.GetElapsedTime(began) > patience)
            {
                return false;
            }

            await Task.Delay(Pause, time, cancellation);
        }

        return true;
    }

    private Failure PortTaken()
    {
        var port = service.Ports[number - 1];
        return Fails(FailureCode.PortInUse, $"can't be started: port {port} is taken by {PortOwner.Describe(port) ?? "another process"}.");
    }

    private async Task<Failure> UnhealthyAsync(StartedReplica started, string seen, BoundSecrets secrets)
    {
        var exit = await started.ExitAsync(time);
        var wrote = started.Log.Tail(secrets.Values);
        return Fails(FailureCode.InstanceUnhealthy, $"is not well: {seen}{exit}. {(wrote.Length == 0 ? "It wrote nothing." : $"It wrote: {wrote}")}") with
        {
            Remedy = $"See {folder.Log(number)}. The instances that were not reached yet run on as they were.",
        };
    }

    private Failure Fails(FailureCode code, string what) => new(code, $"{service.Name}/{Name}", $"Instance {Name} of {service.Name} {what}");
}
