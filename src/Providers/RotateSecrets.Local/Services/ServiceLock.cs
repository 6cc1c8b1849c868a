using System.Globalization;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Services;

/// <summary>Keeps two operators from working on one service at once. The kernel lets go of it when its holder dies.</summary>
internal sealed class ServiceLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly FileStream stream;

    private ServiceLock(FileStream stream) => this.stream = stream;

    /// <summary>Takes the lock, waiting for whoever has it.</summary>
    public static async Task<Outcome<ServiceLock>> TakeAsync(
        string path, string service, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var taken = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                File.WriteAllText(
                    path + ".holder", string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, since {time.GetUtcNow():u}"));
                return new ServiceLock(taken);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (time.GetElapsedTime(began) > patience)
                {
                    return new Failure(FailureCode.ConsumerBusy, service, $"{service} is being worked on by {Holder(path)}.");
                }
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    public void Dispose() => stream.Dispose();

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path + ".holder");
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
