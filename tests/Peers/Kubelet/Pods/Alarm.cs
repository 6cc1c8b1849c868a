namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>Wakes the one who runs a pod when there is something to do.</summary>
internal sealed class Alarm(TimeProvider time)
{
    private volatile TaskCompletionSource news = New();
    private long filesDueAt = long.MaxValue;

    /// <summary>How long it is until files follow their Secrets; null where they have.</summary>
    public TimeSpan? UntilFiles
    {
        get
        {
            var due = Interlocked.Read(ref filesDueAt);
            return due == long.MaxValue ? null : TimeSpan.FromSeconds(Math.Max(0, due - time.GetTimestamp()) / (double)time.TimestampFrequency);
        }
    }

    public void Wake() => news.TrySetResult();

    /// <summary>Files follow after this time; where they are to follow already, sooner.</summary>
    public void FollowAfter(TimeSpan delay)
    {
        var due = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
        Interlocked.CompareExchange(ref filesDueAt, due, long.MaxValue);
        Wake();
    }

    /// <summary>Files have followed.</summary>
    public void FilesFollowed() => Interlocked.Exchange(ref filesDueAt, long.MaxValue);

    /// <summary>Waits until it is woken, no longer than this.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken life)
    {
        try
        {
            await news.Task.WaitAsync(longest, time, life);
            news = New();
        }
        catch (TimeoutException)
        {
            // Then it has been long enough.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
