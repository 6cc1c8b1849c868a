using System.Text.Json;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Watching;

/// <summary>Follows one watch to its end: a stream of lines, each an event.</summary>
internal static class WatchLines
{
    private const int Seconds = 300;

    /// <summary>Follows a watch.</summary>
    /// <param name="client">Speaks with the server.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="nameSpace">The namespace.</param>
    /// <param name="selector">More of the query.</param>
    /// <param name="version">The resourceVersion from which it goes on.</param>
    /// <param name="apply">Told every change: ADDED, MODIFIED, DELETED.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The resourceVersion from which the next one goes on; null where the server has forgotten it.</returns>
    public static async Task<string?> FollowAsync(
        ClusterClient client, ResourceKind kind, string nameSpace, string selector, string version, Action<string, JsonElement> apply, CancellationToken cancellation)
    {
        var query = FormattableString.Invariant($"resourceVersion={Uri.EscapeDataString(version)}&allowWatchBookmarks=true&timeoutSeconds={Seconds}{selector}");
        if ((await client.OpenAsync(ApiCall.Watch(kind, nameSpace, query), cancellation)).Failed(out _, out var response))
        {
            return version;
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode)
            {
                return (int)response.StatusCode == 410 ? null : version;
            }

            try
            {
                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
                while (await reader.ReadLineAsync(cancellation) is { } line)
                {
                    if (Read(line, ref version, apply) is { } forgotten)
                    {
                        return forgotten ? null : version;
                    }
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // A watch may end at any time; the next one goes on where this one ended.
            }

            return version;
        }
    }

    // Null: go on. True: begin anew. False: ended.
    private static bool? Read(string line, ref string version, Action<string, JsonElement> apply)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var type = json.RootElement.Text("type");
            var item = json.RootElement.At("object");
            if (type is "ERROR" or null)
            {
                return item.Whole("code") == 410;
            }

            version = item.Text("metadata", "resourceVersion") ?? version;
            if (type != "BOOKMARK")
            {
                apply(type, item);
            }

            return null;
        }
        catch (JsonException)
        {
            // Cut off in the middle of a line.
            return false;
        }
    }
}
