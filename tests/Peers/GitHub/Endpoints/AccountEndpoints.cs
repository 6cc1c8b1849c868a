using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>Who asks, and apps.</summary>
internal static class AccountEndpoints
{
    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET /rate_limit", string.Empty, RateLimit),
        new("GET /meta", string.Empty, static _ => Reply.Ok(new JsonObject { ["verifiable_password_authentication"] = false })),
        new("GET /user", string.Empty, Self),
        new("GET /app", string.Empty, App),
        new("GET /app/installations", string.Empty, static question => Paging.Page(question, [question.Caller.App!], app => AccountShape.Installation(app, question.Places))),
        new("GET /app/installations/{installation_id}", string.Empty, static question => Reply.Ok(AccountShape.Installation(Installation(question), question.Places))),
        new("POST /app/installations/{installation_id}/access_tokens", string.Empty, Token),
        new("GET /repos/{owner}/{repo}/installation", string.Empty, static question => InstallationOf(question, question.Repository.Owner)),
        new("GET /orgs/{org}/installation", string.Empty, static question => InstallationOf(question, question.Organization)),
    ];

    private static Reply Self(Question question) => question.Caller.App is null
        ? Reply.Ok(AccountShape.Self(question.Caller.User, question.Places))
        : Reply.Error(403, "Resource not accessible by integration");

    private static Reply RateLimit(Question question)
    {
        var resources = new JsonObject();
        foreach (var (name, route) in (IEnumerable<(string, string?)>)[("core", null), ("graphql", "POST /graphql"), ("search", null)])
        {
            var (limit, used, reset) = question.Limits.Read(question.Caller, route is null ? null : new Route(route, string.Empty, static _ => Reply.NoContent));
            resources[name] = new JsonObject { ["limit"] = limit, ["used"] = used, ["remaining"] = Math.Max(0, limit - used), ["reset"] = reset.ToUnixTimeSeconds() };
        }

        return Reply.Ok(new JsonObject { ["resources"] = resources, ["rate"] = resources["core"]!.DeepClone() });
    }

    private static Reply App(Question question)
    {
        var app = question.Caller.App!;
        return Reply.Ok(new JsonObject
        {
            ["id"] = app.Id,
            ["slug"] = "rotator",
            ["client_id"] = app.ClientId,
            ["node_id"] = Places.Node("App", app.Id),
            ["owner"] = AccountShape.Of(app.Owner, question.Places),
            ["name"] = "rotator",
            ["description"] = null,
            ["external_url"] = "https://example.com/",
            ["html_url"] = Places.Page("apps/rotator"),
            ["created_at"] = "2020-01-01T00:00:00Z",
            ["updated_at"] = "2020-01-01T00:00:00Z",
            ["permissions"] = AccountShape.Permissions(app),
            ["events"] = new JsonArray(),
        });
    }

    private static Reply Token(Question question)
    {
        var app = Installation(question);
        if (app.IsSuspended)
        {
            return Reply.Error(403, "This installation has been suspended");
        }

        var named = (question.Body["repositories"] as JsonArray)?.Select(static one => one?.ToString() ?? string.Empty).ToList();
        if (named?.Find(name => question.State.FindRepository($"{app.Owner.Login}/{name}") is null) is not null)
        {
            return Reply.Error(422, "There is at least one repository that does not exist or is not accessible to the parent installation.");
        }

        var asked = question.Body["permissions"] as JsonObject;
        var permissions = asked is null ? app.Permissions.ToDictionary(StringComparer.Ordinal) : asked.ToDictionary(static one => one.Key, static one => one.Value?.ToString() ?? string.Empty, StringComparer.Ordinal);
        if (asked is not null && permissions.Any(one => !app.Permissions.TryGetValue(one.Key, out var had) || (had == "read" && one.Value != "read")))
        {
            return Reply.Error(422, "The permissions requested are not granted to this installation.");
        }

        var token = question.State.Keep(new Credential($"ghs_{Guid.NewGuid():N}", app.Owner)
        {
            App = app,
            Permissions = permissions,
            ExpiresAt = question.State.Now.AddHours(1),
            Repositories = named?.Select(name => $"{app.Owner.Login}/{name}").ToHashSet(StringComparer.OrdinalIgnoreCase),
        });
        return Reply.Created(new JsonObject
        {
            ["token"] = token.Token,
            ["expires_at"] = Places.Moment(token.ExpiresAt!.Value),
            ["permissions"] = new JsonObject(permissions.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
            ["repository_selection"] = named is null ? "all" : "selected",
        });
    }

    private static App Installation(Question question) =>
        question.Caller.App is { } app && app.InstallationId == question.Number("installation_id") ? app : throw new Refusal(Reply.NotFound);

    private static Reply InstallationOf(Question question, Account owner) =>
        question.Caller.App is { } app && app.Owner == owner ? Reply.Ok(AccountShape.Installation(app, question.Places)) : Reply.NotFound;
}
