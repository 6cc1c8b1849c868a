using Octokit;
using Octokit.Internal;

namespace RotateSecrets.GitHub.Client;

/// <summary>Octokit's HTTP client without its time limit of 100 seconds, which would count what is waited for a limit of the server too. The gate below has a limit for each attempt.</summary>
/// <param name="gate">Sends the requests.</param>
internal sealed class PatientHttpClient(RequestGate gate) : IHttpClient
{
    private readonly HttpClientAdapter adapter = Adapter(gate);

    /// <inheritdoc/>
    public Task<IResponse> Send(IRequest request, CancellationToken cancellationToken, Func<object, object>? preprocessResponseBody = null)
    {
        if (request is Request own)
        {
            own.Timeout = TimeSpan.Zero;
        }

        return adapter.Send(request, cancellationToken, preprocessResponseBody);
    }

    /// <inheritdoc/>
    public void SetRequestTimeout(TimeSpan timeout) => adapter.SetRequestTimeout(timeout);

    /// <inheritdoc/>
    public void Dispose() => adapter.Dispose();

    private static HttpClientAdapter Adapter(RequestGate gate)
    {
        var unlimited = new HttpClientAdapter(() => gate);
        unlimited.SetRequestTimeout(Timeout.InfiniteTimeSpan);
        return unlimited;
    }
}
