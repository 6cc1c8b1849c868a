using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace RotateSecrets.Health;

/// <summary>Asks for a page, and looks at its status, its body and how long it took.</summary>
/// <param name="client">Sends the request. It should not follow redirects: a page that sends one to log in isn't healthy.</param>
/// <param name="uri">The page.</param>
/// <param name="time">The clock.</param>
public sealed class HttpProbe(HttpClient client, Uri uri, TimeProvider time) : IHealthProbe
{
    private const int LongestBody = 1024 * 1024;

    /// <inheritdoc/>
    public string Name => "Http";

    /// <inheritdoc/>
    public string Target => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The status it must have. Default: any from 200 to 299.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>What its first mebibyte, as text, must match. Default: anything.</summary>
    public Regex? Body { get; init; }

    /// <summary>The longest time until the whole answer is there. Default: whatever the deadline allows.</summary>
    public TimeSpan? MaximumLatency { get; init; }

    /// <inheritdoc/>
    public async Task<ProbeVerdict> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            var began = time.GetTimestamp();
            using var response = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var body = await ReadAsync(response.Content, cancellation);
            return Judge(response.StatusCode, body, time.GetElapsedTime(began));
        }
        catch (HttpRequestException e)
        {
            return new ProbeVerdict(false, $"no answer: {HttpFault.Describe(e)}");
        }
        catch (IOException)
        {
            return new ProbeVerdict(false, "the answer broke off");
        }
        catch (RegexMatchTimeoutException)
        {
            return new ProbeVerdict(false, "the pattern took too long on the body");
        }
    }

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        using var reader = new StreamReader(await content.ReadAsStreamAsync(cancellation));
        var buffer = new char[LongestBody];
        var length = await reader.ReadBlockAsync(buffer, cancellation);
        return new string(buffer, 0, length);
    }

    private ProbeVerdict Judge(HttpStatusCode status, string body, TimeSpan latency)
    {
        var seen = string.Create(CultureInfo.InvariantCulture, $"status {(int)status} after {latency.TotalMilliseconds:0} ms");
        var statusFits = Status is { } wanted ? status == wanted : (int)status is >= 200 and < 300;
        if (!statusFits)
        {
            return new ProbeVerdict(false, Status is { } expected ? $"{seen}, not {(int)expected}" : seen);
        }

        if (latency > MaximumLatency)
        {
            return new ProbeVerdict(
                false, string.Create(CultureInfo.InvariantCulture, $"{seen}, over the {MaximumLatency.Value.TotalMilliseconds:0} ms allowed"));
        }

        return Body is { } pattern && !pattern.IsMatch(body)
            ? new ProbeVerdict(false, $"{seen}, the body does not match")
            : new ProbeVerdict(true, seen);
    }
}
