using System.Net;
using k8s;
using k8s.Autorest;

namespace RotateSecrets.Peers.Kubelet.Cluster;

/// <summary>Calls the API server until it answers: it may be taken away for a while, and kubelets outlive that.</summary>
internal sealed class ApiCalls(IKubernetes api, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // More at once would only wait in the server.
    private readonly SemaphoreSlim atOnce = new(32);

    public IKubernetes Api => api;

    /// <summary>Waits until the server says of itself that it is ready.</summary>
    public Task UntilReadyAsync(CancellationToken cancellation) => UntilAsync(token => api.CoreV1.ListNamespaceAsync(limit: 1, cancellationToken: token), cancellation);

    /// <summary>Repeats a call until it succeeds, whatever it fails with.</summary>
    public async Task<T> UntilAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await call(cancellation);
            }
            catch (Exception e) when (e is HttpOperationException || IsPassing(e, cancellation))
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    /// <summary>Makes a call; repeats it while the server is away, busy or broken. Null where the object isn't there, or isn't the same any more.</summary>
    public async Task<T?> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
        where T : class
    {
        while (true)
        {
            await atOnce.WaitAsync(cancellation);
            try
            {
                return await call(cancellation);
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.Gone)
            {
                return null;
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.TooManyRequests || (int)e.Response.StatusCode >= 500)
            {
                // Once more, after the pause.
            }
            catch (HttpOperationException e)
            {
                await Console.Error.WriteLineAsync($"{e.Request.Method} {e.Request.RequestUri}: {e.Response.StatusCode} {e.Response.Content}");
                return null;
            }
            catch (Exception e) when (IsPassing(e, cancellation))
            {
                // Once more, after the pause.
            }
            finally
            {
                atOnce.Release();
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    public void Dispose() => atOnce.Dispose();

    /// <summary>Whether an exception says that the server can't be reached just now.</summary>
    public static bool IsPassing(Exception exception, CancellationToken cancellation) =>
        exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested);
}
