using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Shapes;

/// <summary>Accounts, apps and installations as JSON.</summary>
internal static class AccountShape
{
    public static JsonObject Of(Account account, Places places)
    {
        var url = places.Of($"users/{account.Login}");
        return new JsonObject
        {
            ["login"] = account.Login,
            ["id"] = account.Id,
            ["node_id"] = Places.Node(account.IsOrganization ? "Organization" : "User", account.Id),
            ["avatar_url"] = $"https://avatars.githubusercontent.com/u/{account.Id}?v=4",
            ["gravatar_id"] = string.Empty,
            ["url"] = url,
            ["html_url"] = Places.Page(account.Login),
            ["followers_url"] = $"{url}/followers",
            ["following_url"] = $"{url}/following{{/other_user}}",
            ["gists_url"] = $"{url}/gists{{/gist_id}}",
            ["starred_url"] = $"{url}/starred{{/owner}}{{/repo}}",
            ["subscriptions_url"] = $"{url}/subscriptions",
            ["organizations_url"] = $"{url}/orgs",
            ["repos_url"] = $"{url}/repos",
            ["events_url"] = $"{url}/events{{/privacy}}",
            ["received_events_url"] = $"{url}/received_events",
            ["type"] = account.IsOrganization ? "Organization" : "User",
            ["user_view_type"] = "public",
            ["site_admin"] = false,
        };
    }

    /// <summary>Whoever asks, as they see themselves.</summary>
    public static JsonObject Self(Account account, Places places)
    {
        var self = Of(account, places);
        foreach (var name in (string[])["name", "company", "location", "email", "hireable", "bio", "twitter_username"])
        {
            self[name] = null;
        }

        foreach (var name in (string[])["public_repos", "public_gists", "followers", "following", "private_gists", "total_private_repos", "owned_private_repos", "disk_usage", "collaborators"])
        {
            self[name] = 0;
        }

        self["user_view_type"] = "private";
        self["blog"] = string.Empty;
        self["created_at"] = "2020-01-01T00:00:00Z";
        self["updated_at"] = "2020-01-01T00:00:00Z";
        self["two_factor_authentication"] = true;
        return self;
    }

    public static JsonObject Installation(App app, Places places) => new()
    {
        ["id"] = app.InstallationId,
        ["account"] = Of(app.Owner, places),
        ["repository_selection"] = "all",
        ["access_tokens_url"] = places.Of($"app/installations/{app.InstallationId}/access_tokens"),
        ["repositories_url"] = places.Of("installation/repositories"),
        ["html_url"] = Places.Page($"organizations/{app.Owner.Login}/settings/installations/{app.InstallationId}"),
        ["app_id"] = app.Id,
        ["app_slug"] = "rotator",
        ["client_id"] = app.ClientId,
        ["target_id"] = app.Owner.Id,
        ["target_type"] = app.Owner.IsOrganization ? "Organization" : "User",
        ["permissions"] = Permissions(app),
        ["events"] = new JsonArray(),
        ["created_at"] = "2020-01-01T00:00:00Z",
        ["updated_at"] = "2020-01-01T00:00:00Z",
        ["single_file_name"] = null,
        ["suspended_by"] = null,
        ["suspended_at"] = app.IsSuspended ? "2020-01-02T00:00:00Z" : null,
    };

    public static JsonObject Permissions(App app) => new(app.Permissions.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));
}
