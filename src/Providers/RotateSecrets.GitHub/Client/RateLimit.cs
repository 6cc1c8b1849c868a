using System.Globalization;
using System.Net;
using System.Text.Json;

namespace RotateSecrets.GitHub.Client;

/// <summary>Tells a refusal that asks for fewer requests from one that is final, whichever way the server says so.</summary>
/// <remarks>
/// Source: GitHub's page "Rate limits for the REST API": 403 or 429; with Retry-After, with x-ratelimit-remaining at 0 and x-ratelimit-reset, or with neither and a message, after which
/// a minute is to be waited, and longer each time.
/// </remarks>
internal static class RateLimit
{
    private static readonly TimeSpan Unsaid = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait; null where it is no such refusal.</summary>
    /// <param name="status">The status of the answer.</param>
    /// <param name="header">Answers with a header; null where there is none.</param>
    /// <param name="message">The answer's message.</param>
    /// <param name="attempt">How often it was refused before.</param>
    /// <param name="now">The server's clock.</param>
    public static TimeSpan? Pause(HttpStatusCode status, Func<string, string?> header, string message, int attempt, DateTimeOffset now)
    {
        if (status is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
        {
            return null;
        }

        if (header("Retry-After") is { } after)
        {
            return int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(Math.Max(1, seconds))
                : DateTimeOffset.TryParseExact(after, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until) && until > now ? until - now
                : Longer(attempt);
        }

        if (header("X-RateLimit-Remaining") == "0" && long.TryParse(header("X-RateLimit-Reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var reset) && reset < 253402300800)
        {
            // The second in which the window begins anew belongs to the old one.
            var wait = DateTimeOffset.FromUnixTimeSeconds(reset) - now + TimeSpan.FromSeconds(1);
            return wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1);
        }

        return status == HttpStatusCode.TooManyRequests
            || message.Contains("secondary rate limit", StringComparison.OrdinalIgnoreCase)
            || message.Contains("rate limit exceeded", StringComparison.OrdinalIgnoreCase)
            || message.Contains("abuse detection", StringComparison.OrdinalIgnoreCase)
            ? Longer(attempt)
            : null;
    }

    /// <summary>Whether an answer to a query, which has status 200 whatever became of it, is such a refusal.</summary>
    /// <param name="text">The answer.</param>
    /// <remarks>Source: GitHub's page "Rate limits and query limits for the GraphQL API": the status may be 200, with an error in the answer; Octokit's own throttling goes by the error's type.</remarks>
    public static bool IsRefusedQuery(string text)
    {
        // Most answers are long, and none of these.
        if (!text.Contains("\"errors\"", StringComparison.Ordinal)
            || (!text.Contains("RATE_LIMIT", StringComparison.Ordinal) && !text.Contains("rate limit", StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.At("errors").Items().Any(static error =>
                error.Text("type") is "RATE_LIMITED" or "RATE_LIMIT" || error.Text("message")?.Contains("rate limit", StringComparison.OrdinalIgnoreCase) == true);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static TimeSpan Longer(int attempt) => Unsaid * (1 << Math.Min(attempt, 5));
}
