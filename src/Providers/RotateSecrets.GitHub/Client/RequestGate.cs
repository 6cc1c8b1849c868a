using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using RotateSecrets.GitHub.Login;

namespace RotateSecrets.GitHub.Client;

/// <summary>
/// The one door through which every request goes, below Octokit: it gives it the token, keeps the pace, waits where the server asks for that, and asks again where nothing can have been changed.
/// </summary>
/// <param name="address">Where the API is: no other server gets the token, whatever redirects there.</param>
/// <param name="tokens">The token.</param>
/// <param name="clock">The server's clock.</param>
/// <param name="time">This machine's clock.</param>
internal sealed class RequestGate(Uri address, ITokenSource tokens, ServerClock clock, TimeProvider time) : DelegatingHandler
{
    private const int Attempts = 4;

    // By the machine's own clock, whatever clock the work goes by: it is the network that is waited for.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(100);

    // What is waited for a limit before the caller is told instead.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly RequestPacer pacer = new(time);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = CallContext.Current;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call?.Cancellation ?? CancellationToken.None);
        var cancellation = linked.Token;
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellation);
        var isWrite = request.Method != HttpMethod.Get && !IsQuery(request);
        var waited = TimeSpan.Zero;
        for (var attempt = 0; ; attempt++)
        {
            HttpResponseMessage response;
            try
            {
                // Before its turn comes: a token may have to be asked for, which needs a turn too.
                var authorization = IsOurs(request) ? call?.Authorization ?? await tokens.AuthorizationAsync(cancellation) : null;
                response = await pacer.SendAsync(isWrite, () => SendOnceAsync(request, body, authorization, call?.IfNoneMatch, cancellation), cancellation);
            }
            catch (HttpRequestException) when (!isWrite && attempt < Attempts && call is not { IsSingle: true })
            {
                await Task.Delay(FirstPause * (1 << attempt), time, cancellation);
                continue;
            }

            clock.Note(response.Headers.Date);
            if (await PauseAsync(response, attempt, isWrite, call, cancellation) is not { } pause || waited + pause > Patience)
            {
                return response;
            }

            response.Dispose();
            waited += pause;
            await Task.Delay(pause, time, cancellation);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pacer.Dispose();
        }

        base.Dispose(disposing);
    }

    // Octokit calls one and the same kind of refusal by three names: here it is told by what the server said.
    private async Task<TimeSpan?> PauseAsync(HttpResponseMessage response, int attempt, bool isWrite, CallContext? call, CancellationToken cancellation)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized && attempt == 0 && call?.Authorization is null && tokens.Renew())
        {
            return TimeSpan.Zero;
        }

        if ((int)response.StatusCode >= 500 && !isWrite && attempt < Attempts && call is not { IsSingle: true })
        {
            return FirstPause * (1 << attempt);
        }

        var isAnswered = response.StatusCode == HttpStatusCode.OK && IsQuery(response.RequestMessage!);
        if ((!isAnswered && response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests)) || call is { IsSingle: true })
        {
            return null;
        }

        var text = await response.Content.ReadAsStringAsync(cancellation);
        return isAnswered && !RateLimit.IsRefusedQuery(text) ? null : RateLimit.Pause(
            isAnswered ? HttpStatusCode.TooManyRequests : response.StatusCode,
            name => response.Headers.TryGetValues(name, out var values) ? values.First() : null,
            Message(text),
            attempt,
            clock.Now);
    }

    private static bool IsQuery(HttpRequestMessage request) => request.RequestUri!.AbsolutePath.EndsWith("/graphql", StringComparison.Ordinal);

    private bool IsOurs(HttpRequestMessage request) =>
        Uri.Compare(request.RequestUri, address, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage original, byte[]? body, string? authorization, string? tag, CancellationToken cancellation)
    {
        // A request can be sent once: each attempt has its own.
        var request = new HttpRequestMessage(original.Method, original.RequestUri) { Version = original.Version, VersionPolicy = original.VersionPolicy };
        foreach (var (name, values) in original.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, values);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            foreach (var (name, values) in original.Content!.Headers)
            {
                request.Content.Headers.TryAddWithoutValidation(name, values);
            }

            // Octokit calls its JSON a form, which GitHub's description takes for nothing.
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        request.Headers.Remove("Authorization");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (!request.Headers.Contains("X-GitHub-Api-Version"))
        {
            request.Headers.Add("X-GitHub-Api-Version", "2022-11-28");
        }

        if (tag is not null && EntityTagHeaderValue.TryParse(tag, out var parsed))
        {
            request.Headers.IfNoneMatch.Add(parsed);
        }

        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(Timeout);
        try
        {
            var response = await base.SendAsync(request, timed.Token);
            await response.Content.LoadIntoBufferAsync();
            return response;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private static string Message(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Text("message") ?? string.Empty;
        }
        catch (JsonException)
        {
            return string.Empty;
        }
    }
}
