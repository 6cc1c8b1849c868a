namespace Examples.Proxy;

/// <summary>
/// Stands between the signal to stop and the end of serving. From the signal on, /healthz says 503 and every answer closes its
/// connection, but requests are still served, until whoever watches the readiness has stopped sending them. Only then
/// the server stops accepting, finishes what is in flight, and exits. On Kubernetes a readiness probe and a preStop hook
/// that sleeps do the same for a pod.
/// </summary>
/// <param name="period">How long requests are still served; longer than the watchers' interval.</param>
internal sealed class Drain(TimeSpan period) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(period, cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
