using Microsoft.AspNetCore.Http;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>Passes requests on, and answers back.</summary>
internal static class Relay
{
    /// <summary>The header that says which double a request is for: its port.</summary>
    public const string Destination = "X-Double-Port";

    private static readonly HashSet<string> Own = new(["Host", "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding", "Accept-Encoding"], StringComparer.OrdinalIgnoreCase);

    public static HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Passes a request on; where no answer comes, the connection ends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="look">Looks at the answer before it goes back.</param>
    /// <param name="more">Headers that it gets on the way.</param>
    public static async Task PassAsync(HttpContext context, Uri to, Func<HttpResponseMessage, Task> look, params IEnumerable<(string Name, string Value)> more)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), to);
        if (buffer.Length > 0)
        {
            request.Content = new ByteArrayContent(buffer.ToArray());
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (!Own.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        foreach (var (name, value) in more)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await Client.SendAsync(request, context.RequestAborted);
            await response.Content.LoadIntoBufferAsync();
            await look(response);
            await ReturnAsync(context, response);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static async Task ReturnAsync(HttpContext context, HttpResponseMessage response)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(response.Content.Headers))
        {
            if (!Own.Contains(name))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        var body = await response.Content.ReadAsByteArrayAsync();
        if (body.Length > 0)
        {
            await context.Response.Body.WriteAsync(body);
        }
    }
}
