using System.Text;
using RotateSecrets.Consumers;
using RotateSecrets.Installation;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Processes;

/// <summary>One instance of a service, whoever started it.</summary>
/// <param name="service">The service.</param>
/// <param name="folder">Where its records lie.</param>
/// <param name="number">Which instance, counted from 1.</param>
/// <param name="time">The clock.</param>
internal sealed class Replica(Service service, ReplicaFolder folder, int number, TimeProvider time)
{
    private const int LogLines = 10;
    private const int LongestLog = 64 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterForce = TimeSpan.FromSeconds(5);

    /// <summary>Its name within the consumer.</summary>
    public string Name => FormattableString.Invariant($"{number}");

    /// <summary>Its record, with its process if that can be known; null where it was never started.</summary>
    public Task<ReplicaRecord?> FindAsync(CancellationToken cancellation) => folder.FindAsync(number, time, cancellation);

    /// <summary>Whether it runs, was started in a run with these values, and is well.</summary>
    public async Task<bool> IsSettledAsync(ReplicaRecord? record, string runId, IReadOnlyList<HeldVersion> held, CancellationToken cancellation) =>
        record is { Process.IsAlive: true, WasHealthy: true }
        && record.RunId == runId
        && record.Held.ToHashSet().SetEquals(held)
        && (service.HealthOf(number) is not { } page || await ReplicaHealth.AskAsync(page, time, cancellation) is null);

    /// <summary>Stops it: asks, waits, and ends by force what is still there.</summary>
    /// <returns>The failure, or null.</returns>
    public async Task<Failure?> StopAsync(ReplicaRecord? record, TimeSpan patience, CancellationToken cancellation)
    {
        if (record?.Process is not { IsAlive: true } process)
        {
            return null;
        }

        ProcessSignal.AskToEnd(process);
        if (!await EndedAsync(process, patience, cancellation))
        {
            ProcessSignal.End(process);
            if (!await EndedAsync(process, AfterForce, cancellation))
            {
                return new Failure(FailureCode.InstanceUnhealthy, $"{service.Name}/{Name}", $"Instance {Name} of {service.Name} (process {process.Pid}) can't be ended.");
            }
        }

        return null;
    }

    /// <summary>Starts it with values. Its record is written before, so that it can be found whatever happens.</summary>
    public async Task<Outcome<ReplicaRecord>> StartAsync(ReplicaRecord? earlier, string runId, BoundSecrets secrets, CancellationToken cancellation)
    {
        if (service.Ports.Count > 0 && !PortOwner.IsFree(service.Ports[number - 1]))
        {
            return PortTaken();
        }

        var record = new ReplicaRecord((earlier?.Generation ?? 0) + 1, runId, Guid.NewGuid().ToString("N"), secrets.Held, time.GetUtcNow());
        PrivateFile.Touch(folder.Log(number));
        record.Write(folder.Record(number));
        folder.Tidy(number, record.Generation);
        try
        {
            await ProcessLauncher.LaunchAsync(
                service.Command.Select(Expand),
                service.WorkingDirectory,
                folder.Log(number),
                folder.PidFile(number, record.Generation),
                environment => Fill(environment, record, secrets));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return new Failure(FailureCode.FileNotFound, service.WorkingDirectory, $"{service.Name} can't be started in {service.WorkingDirectory}.");
        }

        // From here on there may be a process: it is waited for even if nobody wants it any more.
        if (await folder.AwaitProcessAsync(number, record, time, CancellationToken.None) is not { } process)
        {
            return Unhealthy("it ended at once", 0, secrets);
        }

        cancellation.ThrowIfCancellationRequested();
        var started = record with { Process = process, StartedAt = time.GetUtcNow() };
        started.Write(folder.Record(number));
        return started;
    }

    /// <summary>Waits until it is well. One that isn't is stopped: nobody should find it later, half alive.</summary>
    public async Task<Outcome<ReplicaRecord>> AwaitHealthAsync(
        ReplicaRecord record, TimeSpan deadline, long logStart, BoundSecrets secrets, CancellationToken cancellation)
    {
        var seen = await ReplicaHealth.AwaitAsync(service, number, record.Process!, deadline, time, cancellation);
        if (seen is not null)
        {
            await StopAsync(record, service.StopTimeout, CancellationToken.None);
            return Unhealthy(seen, logStart, secrets);
        }

        var healthy = record with { WasHealthy = true };
        healthy.Write(folder.Record(number));
        return healthy;
    }

    /// <summary>How long its log is now.</summary>
    public long LogLength => new FileInfo(folder.Log(number)) is { Exists: true } log ? log.Length : 0;

    public InstanceEvent Event(InstancePhase phase) => new(Name, number, service.Replicas, phase, time.GetUtcNow());

    private string Expand(string text) => service.Expand(text, number);

    private void Fill(IDictionary<string, string?> environment, ReplicaRecord record, BoundSecrets secrets)
    {
        foreach (var (name, text) in service.Environment)
        {
            environment[name] = Expand(text);
        }

        environment[ReplicaFolder.MarkerVariable] = record.Marker;
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

    private async Task<bool> EndedAsync(ProcessIdentity process, TimeSpan patience, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (process.IsAlive)
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
        return new Failure(
            FailureCode.PortInUse,
            $"{service.Name}/{Name}",
            $"Instance {Name} of {service.Name} can't be started: port {port} is taken by {PortOwner.Describe(port) ?? "another process"}.");
    }

    private Failure Unhealthy(string seen, long logStart, BoundSecrets secrets)
    {
        var log = LogTail(logStart);
        return new Failure(
            FailureCode.InstanceUnhealthy,
            $"{service.Name}/{Name}",
            $"Instance {Name} of {service.Name} is not well: {seen}. {(log.Length == 0 ? "It wrote nothing." : $"It wrote: {new Scrubber(secrets.Values).Scrub(log)}")}")
        {
            Remedy = $"See {folder.Log(number)}. The instances that were not reached yet run on as they were.",
        };
    }

    private string LogTail(long start)
    {
        try
        {
            using var stream = new FileStream(folder.Log(number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = Math.Clamp(start, Math.Max(0, stream.Length - LongestLog), stream.Length);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return string.Join(" | ", reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(LogLines));
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
