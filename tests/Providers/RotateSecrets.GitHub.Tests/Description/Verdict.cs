using System.Text.Json;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>What the validating proxy says of a request and its answer.</summary>
/// <param name="Flaws">What isn't as it is described.</param>
/// <param name="IsAnswered">Whether an answer came from behind the proxy.</param>
internal sealed record Verdict(IReadOnlyList<string> Flaws, bool IsAnswered)
{
    private const string Own = "https://stoplight.io/prism/errors#";

    /// <summary>Reads it.</summary>
    /// <param name="name">What the request is called: method and path.</param>
    /// <param name="response">What the proxy answered.</param>
    public static async Task<Verdict> ReadAsync(string name, HttpResponseMessage response)
    {
        // What is a warning alone: statuses of refusals, of which the description has but some.
        if (response.Headers.TryGetValues("sl-violations", out var found))
        {
            using var list = JsonDocument.Parse(found.First());
            var flaws = list.RootElement.EnumerateArray().Where(static one => one.GetProperty("severity").GetString() == "Error")
                .Select(one => $"{name}: {string.Join('.', one.GetProperty("location").EnumerateArray())}: {one.GetProperty("message").GetString()}").ToList();
            if (flaws.Count > 0)
            {
                return new Verdict(flaws, true);
            }
        }

        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return new Verdict([], true);
        }

        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var root = problem.RootElement;
        return root.GetProperty("type").GetString()?.StartsWith(Own, StringComparison.Ordinal) == true
            ? new Verdict([$"{name}: {root.GetProperty("title").GetString()}: {(root.TryGetProperty("validation", out var validation) ? validation.ToString() : root.GetProperty("detail").GetString())}"], true)
            : new Verdict([], false);
    }
}
