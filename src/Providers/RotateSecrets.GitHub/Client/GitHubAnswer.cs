using System.Globalization;
using System.Text.Json;
using Octokit;

namespace RotateSecrets.GitHub.Client;

/// <summary>An answer of the API.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">What it holds; undefined where it is empty.</param>
/// <param name="Headers">Its headers, not told apart by case.</param>
internal sealed record GitHubAnswer(int Status, JsonElement Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The server's clock when it answered; null where it doesn't say.</summary>
    public DateTimeOffset? Date => DateTimeOffset.TryParseExact(
        Headers.GetValueOrDefault("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    /// <summary>By what the next request can ask whether anything has changed.</summary>
    public string? ETag => Headers.GetValueOrDefault("ETag");

    /// <summary>Reads what Octokit was answered.</summary>
    public static GitHubAnswer Of(IResponse response)
    {
        var headers = new Dictionary<string, string>(response.Headers, StringComparer.OrdinalIgnoreCase);
        return response.Body is string { Length: > 0 } text
            ? new GitHubAnswer((int)response.StatusCode, Parse(text), headers)
            : new GitHubAnswer((int)response.StatusCode, default, headers);
    }

    /// <summary>The address of the next page; null on the last one.</summary>
    /// <remarks>Source: RFC 8288, as GitHub's page "Using pagination in the REST API" applies it.</remarks>
    public Uri? Next()
    {
        foreach (var link in (Headers.GetValueOrDefault("Link") ?? string.Empty).Split(','))
        {
            if (link.Contains("rel=\"next\"", StringComparison.Ordinal)
                && link.IndexOf('<', StringComparison.Ordinal) is var start and >= 0
                && link.IndexOf('>', start) is var end and > 0
                && Uri.TryCreate(link[(start + 1)..end], UriKind.Absolute, out var next))
            {
                return next;
            }
        }

        return null;
    }

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
