using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Vault.Client;

/// <summary>
/// Speaks with one server. What is safe to send again is sent again when the server is busy or out of reach; everything else is answered with a failure that
/// says whether it may have taken effect. A reply of any status is handed on: <see cref="VaultFault"/> makes failures of those that are none.
/// </summary>
internal sealed class VaultClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient http;
    private readonly ServerTrust trust;
    private readonly RetryPolicy retry;
    private readonly ReplicationStates states = new();
    private readonly RequestGate gate;
    private readonly TransportSettings transport;
    private SecretValue? token;

    public VaultClient(Uri address, string? nameSpace, ServerTrust trust, TransportSettings transport, TimeProvider time)
    {
        Address = address;
        Location = transport.Socket is { } socket ? $"unix://{socket}" : address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        Namespace = nameSpace;
        this.trust = trust;
        this.transport = transport;
        gate = new RequestGate(transport.Rate, time);
        http = new HttpClient(transport.Apply(trust.Handler(address))) { Timeout = transport.Timeout };
        retry = new RetryPolicy(time, transport.Retries);
    }

    /// <summary>Where the server is.</summary>
    public Uri Address { get; }

    /// <summary>Where it is, as an operator wrote it.</summary>
    public string Location { get; }

    /// <summary>The namespace in which every call is made; null for the root.</summary>
    public string? Namespace { get; }

    /// <summary>The rotations under way, for which requests are counted: those that were sent again included.</summary>
    public RotationScopes Rotations { get; } = new();

    /// <summary>The token of every call that isn't anonymous. It is the client's from here on.</summary>
    public void Use(SecretValue fresh)
    {
        token?.Dispose();
        token = fresh;
    }

    /// <summary>Sends a call.</summary>
    /// <returns>The reply, which the caller disposes of; or why there is none: the server is out of reach, or the node or namespace serves no requests.</returns>
    public async Task<Outcome<VaultReply>> SendAsync(VaultCall call, CancellationToken cancellation)
    {
        if ((await retry.SendAsync(call, inTime => TrySendAsync(call, inTime), cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        if (VaultFault.Unserved(reply, call, Namespace) is not { } unserved)
        {
            states.Note(reply.State);
            return reply;
        }

        reply.Dispose();
        return unserved;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        trust.Dispose();
        token?.Dispose();
    }

    private async Task<Outcome<VaultReply>> TrySendAsync(VaultCall call, CancellationToken cancellation)
    {
        using var body = call.Body is null ? null : Written(call.Body);
        try
        {
            var uri = new Uri(Address, $"v1/{call.Path}");
            var response = await SendAsync(call, uri, body, cancellation);

            // A standby that doesn't forward sends us to the active node; the token goes nowhere that isn't as well protected.
            if (response.StatusCode == HttpStatusCode.TemporaryRedirect && response.Headers.Location is { } location)
            {
                var active = new Uri(uri, location);
                response.Dispose();
                if (!transport.FollowsRedirects)
                {
                    return new Failure(FailureCode.StoreUnavailable, call.Target, $"{Address} sends requests on to {active.Host}, and VAULT_DISABLE_REDIRECTS says that this isn't followed.");
                }

                if (active.Scheme != uri.Scheme)
                {
                    return new Failure(FailureCode.StoreUnavailable, call.Target, $"{Address} sends requests on to {active.Host} by {active.Scheme}, which isn't followed.");
                }

                response = await SendAsync(call, active, body, cancellation);
            }

            using (response)
            {
                return await VaultReply.ReadAsync(response, cancellation);
            }
        }
        catch (HttpRequestException e)
        {
            return trust.Fault(e, Address, call.Target) ?? Unreachable(e, call);
        }
        catch (IOException)
        {
            return Lost(call, $"The connection to {Address} broke before the answer was whole.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Late(call);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(VaultCall call, Uri uri, PinnedText? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(call.Method, uri);
        request.Headers.Add("X-Vault-Request", "true");
        foreach (var (name, value) in transport.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (!call.IsAnonymous && token is not null)
        {
            request.Headers.Add("X-Vault-Token", token.Reveal());
        }

        if (Namespace is not null && !call.Path.StartsWith("sys/health", StringComparison.Ordinal))
        {
            request.Headers.Add("X-Vault-Namespace", Namespace);
        }

        // A node that hasn't got so far hands the request on; one that can't says 412, and is asked again.
        if (states.Required is { Count: > 0 } required)
        {
            request.Headers.Add(ReplicationStates.Header, required);
            request.Headers.Add("X-Vault-Inconsistent", "forward-active-node");
        }

        if (body is not null)
        {
            request.Content = new ReadOnlyMemoryContent(body.Written) { Headers = { ContentType = Json } };
        }

        await gate.WaitAsync(cancellation);
        Rotations.Count(call.Target);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private static PinnedText Written(Action<Utf8JsonWriter> write)
    {
        var body = new PinnedText();
        using var writer = new Utf8JsonWriter(body);
        write(writer);
        return body;
    }

    private Failure Unreachable(HttpRequestException e, VaultCall call) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new Failure(FailureCode.StoreUnavailable, call.Target, $"The name {Address.Host} can't be resolved."),
        HttpRequestError.ConnectionError => new Failure(FailureCode.StoreUnavailable, call.Target, $"Nothing answers at {Location}."),
        HttpRequestError.SecureConnectionError => new Failure(FailureCode.StoreUnavailable, call.Target, $"{Address} doesn't speak TLS as it should.")
        {
            Remedy = "See whether the address should begin with http, and whether the server wants a client certificate.",
        },
        _ => Lost(call, $"The connection to {Address} broke.") with
        {
            Remedy = Address.Scheme == Uri.UriSchemeHttp ? "See that the server runs, and whether the address should begin with https."
                : trust.HasCertificate ? null
                : "See that the server runs, and whether it wants a client certificate: -ClientCertificate and -ClientKey, or VAULT_CLIENT_CERT and VAULT_CLIENT_KEY.",
        },
    };

    private static Failure Lost(VaultCall call, string message) =>
        new(FailureCode.StoreUnavailable, call.Target, message) { Effect = call.IsSafe ? Effect.None : Effect.Unknown };

    private Failure Late(VaultCall call) =>
        new(call.IsSafe ? FailureCode.StoreUnavailable : FailureCode.DeadlineExceeded, call.Target, $"{Address} didn't answer within {http.Timeout.TotalSeconds:0} s.")
        {
            Effect = call.IsSafe ? Effect.None : Effect.Unknown,
        };
}
