using System.Net.Http.Headers;
using RotateSecrets.Outcomes;
using k8s.Authentication;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>
/// Speaks with one API server, by the certificates and credentials that the client library made of a kubeconfig. It reads answers itself: Secrets so that they never become strings,
/// lists so that of thousands of workloads only what is needed stays in memory.
/// </summary>
internal sealed class ClusterClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly global::k8s.Kubernetes library;
    private readonly RetryPolicy retry;
    private readonly TimeProvider time;
    private int requests;

    public ClusterClient(global::k8s.KubernetesClientConfiguration configuration, string name, TimeProvider time)
    {
        this.time = time;
        Name = name;

        // Every call has its own patience, and a watch has none.
        configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        library = new global::k8s.Kubernetes(configuration);
        Address = library.BaseUri.AbsoluteUri.EndsWith('/') ? library.BaseUri : new Uri(library.BaseUri.AbsoluteUri + "/");
        retry = new RetryPolicy(time);
        Clock = new ServerClock(time);
    }

    /// <summary>The name that addresses use for the cluster.</summary>
    public string Name { get; }

    /// <summary>Where the server is.</summary>
    public Uri Address { get; }

    /// <summary>The server's clock.</summary>
    public ServerClock Clock { get; }

    /// <summary>How many requests went out, watches and those that were sent again included.</summary>
    public int Requests => requests;

    private ServiceClientCredentials? Credentials => library.Credentials;

    /// <summary>Sends a call. An answer of any status is handed on.</summary>
    /// <returns>The answer, which the caller disposes of; or why there is none.</returns>
    public Task<Outcome<ApiReply>> TrySendAsync(ApiCall call, CancellationToken cancellation) => retry.SendAsync(call, inTime => OnceAsync(call, inTime), cancellation);

    /// <summary>Sends a call that is to succeed.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <param name="expected">Other statuses that are answers to the caller.</param>
    /// <returns>The answer, which the caller disposes of; or what its status means.</returns>
    public async Task<Outcome<ApiReply>> SendAsync(ApiCall call, CancellationToken cancellation, params int[] expected)
    {
        if ((await TrySendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        if (reply.IsSuccess || expected.Contains(reply.Status))
        {
            return reply;
        }

        using (reply)
        {
            return ApiFault.Of(reply, call);
        }
    }

    /// <summary>Opens a stream that has no end: a watch.</summary>
    /// <returns>The response, which the caller disposes of.</returns>
    public async Task<Outcome<HttpResponseMessage>> OpenAsync(ApiCall call, CancellationToken cancellation)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var late = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), inTime, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await RequestAsync(call, inTime.Token);
        }
        catch (Exception e) when (Fault(e, call, cancellation) is { } failure)
        {
            return failure;
        }
    }

    public void Dispose()
    {
        library.Dispose();
    }

    private async Task<Outcome<ApiReply>> OnceAsync(ApiCall call, CancellationToken cancellation)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var late = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), inTime, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            var sent = time.GetUtcNow();
            using var response = await RequestAsync(call, inTime.Token);
            if (response.Headers.Date is { } date)
            {
                Clock.Note(date, sent);
            }

            var body = await response.Content.ReadAsByteArrayAsync(inTime.Token);
            return new ApiReply((int)response.StatusCode, body, RetryAfter(response.Headers.RetryAfter), response.Headers.Date);
        }
        catch (Exception e) when (Fault(e, call, cancellation) is { } failure)
        {
            return failure;
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(ApiCall call, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(call.Method, new Uri(Address, call.Path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(call.Subresource == "log" ? "*/*" : "application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("rotatesecrets", null));
        if (call.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(call.ContentType) } };
        }

        if (Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellation);
        }

        Interlocked.Increment(ref requests);
        return await library.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private Failure? Fault(Exception e, ApiCall call, CancellationToken cancellation)
    {
        var unknown = call.IsSafe ? Effect.None : Effect.Unknown;
        return e switch
        {
            OperationCanceledException when !cancellation.IsCancellationRequested => new Failure(
                call.IsSafe ? FailureCode.StoreUnavailable : FailureCode.DeadlineExceeded, call.Target, $"{Address.Authority} didn't answer within {Patience.TotalSeconds:0} s.") { Effect = unknown },
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new Failure(
                FailureCode.StoreUnavailable, call.Target, $"The name {Address.Host} can't be resolved."),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new Failure(
                FailureCode.StoreUnavailable, call.Target, $"Nothing answers at {Address.Authority}."),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or HttpRequestException { InnerException: System.Security.Authentication.AuthenticationException } =>
                new Failure(FailureCode.ServerUntrusted, call.Target, $"The certificate of {Address.Authority} isn't trusted, or the server doesn't take ours.")
                {
                    Remedy = "See certificate-authority and client-certificate in the kubeconfig.",
                },
            HttpRequestException or IOException => new Failure(FailureCode.StoreUnavailable, call.Target, $"The connection to {Address.Authority} broke.") { Effect = unknown },
            global::k8s.Exceptions.KubeConfigException or global::k8s.Exceptions.KubernetesClientException => new Failure(
                FailureCode.CredentialsInvalid, call.Target, "The kubeconfig's exec plugin, or token file, gave no credentials.")
            {
                Remedy = "Run `kubectl get namespaces` with the same context: it shows what the plugin says.",
            },
            _ => null,
        };
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}
