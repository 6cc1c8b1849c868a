using System.Globalization;
using RotateSecrets.Installation;
using RotateSecrets.Local.Services;

namespace RotateSecrets.Local.Processes;

/// <summary>Where the records, logs and numbers of a service's instances lie: beside its services file.</summary>
internal sealed class ReplicaFolder(string servicesFile, Service service)
{
    private const string Variable = "ROTATESECRETS_INSTANCE";

    private static readonly TimeSpan LaunchTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly string folder = Path.Combine(Path.GetDirectoryName(servicesFile)!, ".rotatesecrets", service.Name);

    /// <summary>The name of the variable that carries an instance's marker.</summary>
    public static string MarkerVariable => Variable;

    public string LockFile => Path.Combine(folder, "lock");

    public string Log(int replica) => Named(replica, "log");

    public string Record(int replica) => Named(replica, "json");

    public string PidFile(int replica, int generation) => Path.Combine(folder, FormattableString.Invariant($"{replica}.{generation}.pid"));

    /// <summary>The record of an instance, with its process if that can be known; null where it was never started.</summary>
    public async Task<ReplicaRecord?> FindAsync(int replica, TimeProvider time, CancellationToken cancellation)
    {
        if (ReplicaRecord.Read(Record(replica)) is not { } record)
        {
            return null;
        }

        if (record.Process is not null)
        {
            return record;
        }

        // Whoever was about to start it died: it may be on its way, be there, or never come.
        var process = await AwaitProcessAsync(replica, record, time, cancellation);
        if (process is null)
        {
            Claim(replica, record.Generation);
            process = ReadProcess(replica, record);
        }

        return process is null ? record : record with { Process = process, StartedAt = record.IntendedAt };
    }

    /// <summary>Waits until a process that was launched has written its number; null where it hasn't, or is gone again.</summary>
    public async Task<ProcessIdentity?> AwaitProcessAsync(int replica, ReplicaRecord record, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (HasNumber(replica, record.Generation))
            {
                return ReadProcess(replica, record);
            }

            if (time.GetElapsedTime(began) > LaunchTime || time.GetUtcNow() - record.IntendedAt > LaunchTime)
            {
                return null;
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Takes away the numbers of earlier generations.</summary>
    public void Tidy(int replica, int generation)
    {
        foreach (var file in Directory.EnumerateFiles(folder, FormattableString.Invariant($"{replica}.*.pid")))
        {
            if (file != PidFile(replica, generation))
            {
                File.Delete(file);
            }
        }
    }

    public void Make() => PrivateFile.Touch(LockFile);

    private string Named(int replica, string ending) => Path.Combine(folder, FormattableString.Invariant($"{replica}.{ending}"));

    private bool HasNumber(int replica, int generation)
    {
        try
        {
            return File.ReadAllText(PidFile(replica, generation)).EndsWith('\n');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private ProcessIdentity? ReadProcess(int replica, ReplicaRecord record)
    {
        var text = File.ReadAllText(PidFile(replica, record.Generation)).Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1 && Carries(pid, record.Marker)
            ? ProcessIdentity.Of(pid)
            : null;
    }

    // A launch that is given up must not come true later: with its number's file taken, it ends by itself.
    private void Claim(int replica, int generation)
    {
        try
        {
            using var stream = new FileStream(PidFile(replica, generation), FileMode.CreateNew, FileAccess.Write);
            stream.Write("0\n"u8);
        }
        catch (IOException)
        {
            // It came true after all.
        }
    }

    private static bool Carries(int pid, string marker)
    {
        try
        {
            return !OperatingSystem.IsLinux() || File.ReadAllText($"/proc/{pid}/environ").Contains($"{Variable}={marker}\0", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
