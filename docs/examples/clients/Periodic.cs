namespace Examples.Clients;

/// <summary>Does something again and again.</summary>
internal static class Periodic
{
    public static async Task RunAsync(TimeSpan interval, Func<Task> action, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await action();
            await Task.Delay(interval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
