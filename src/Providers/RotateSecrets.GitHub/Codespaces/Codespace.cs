using System.Text.Json;
using RotateSecrets.GitHub.Client;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Codespaces;

/// <summary>A codespace. It has the secrets of its repository as environment variables, as they were when it was started.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Repository">Its repository: <c>owner/name</c>.</param>
/// <param name="State">Its state: Available, Shutdown, Starting ...</param>
/// <param name="StartedAt">When it was last started.</param>
internal sealed record Codespace(string Name, string Repository, string State, DateTimeOffset StartedAt)
{
    /// <summary>Whether it runs, or may.</summary>
    public bool IsRunning => State is not ("Shutdown" or "Archived" or "Deleted" or "Moved" or "Failed");

    /// <summary>Reads it; null where it is none.</summary>
    public static Codespace? Of(JsonElement element) =>
        element.Text("name") is { } name && element.At("repository").Text("full_name") is { } repository && element.Text("state") is { } state && element.Moment("last_used_at") is { } started
            ? new Codespace(name, repository, state, started)
            : null;
}

/// <summary>Lists the codespaces of an organisation's repositories.</summary>
/// <param name="api">Calls the API.</param>
internal sealed class CodespaceList(GitHubApi api)
{
    /// <summary>Lists them.</summary>
    public async Task<Outcome<IReadOnlyList<Codespace>>> ReadAsync(string owner, CancellationToken cancellation)
    {
        var codespaces = new List<Codespace>();
        var need = new CallNeed(owner, "GET /orgs/{org}/codespaces", "Organization codespaces: read");
        await foreach (var listed in api.PagesAsync(need, $"orgs/{Uri.EscapeDataString(owner)}/codespaces?per_page=100", "codespaces", cancellation))
        {
            if (listed.Failed(out var failure, out var element))
            {
                return failure;
            }

            if (Codespace.Of(element) is { } codespace)
            {
                codespaces.Add(codespace);
            }
        }

        return codespaces;
    }
}
