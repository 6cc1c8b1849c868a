using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>The codespaces of an organisation.</summary>
internal static class CodespaceEndpoints
{
    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET /orgs/{org}/codespaces", "organization_codespaces=read", static question => Paging.Page(
            question,
            "codespaces",
            question.State.Repositories.Where(one => one.Owner == question.Organization).SelectMany(static one => one.Codespaces.Select(codespace => (Repository: one, Codespace: codespace))),
            one => Shape(one.Codespace, one.Repository, question.Places))),
    ];

    private static JsonObject Shape(Codespace codespace, Repository repository, Places places)
    {
        var url = places.Of($"user/codespaces/{codespace.Name}");
        return new JsonObject
        {
            ["id"] = codespace.Id,
            ["name"] = codespace.Name,
            ["environment_id"] = null,
            ["owner"] = AccountShape.Of(codespace.Owner, places),
            ["billable_owner"] = AccountShape.Of(repository.Owner, places),
            ["repository"] = RepositoryShape.Minimal(repository, places),
            ["machine"] = null,
            ["prebuild"] = false,
            ["created_at"] = Places.Moment(codespace.StartedAt),
            ["updated_at"] = Places.Moment(codespace.StartedAt),
            ["last_used_at"] = Places.Moment(codespace.StartedAt),
            ["state"] = codespace.State,
            ["url"] = url,
            ["git_status"] = new JsonObject { ["ahead"] = 0, ["behind"] = 0, ["has_unpushed_changes"] = false, ["has_uncommitted_changes"] = false, ["ref"] = repository.DefaultBranch },
            ["location"] = "WestEurope",
            ["idle_timeout_minutes"] = 30,
            ["web_url"] = $"https://{codespace.Name}.github.dev",
            ["machines_url"] = url + "/machines",
            ["start_url"] = url + "/start",
            ["stop_url"] = url + "/stop",
            ["pulls_url"] = null,
            ["recent_folders"] = new JsonArray(),
        };
    }
}
