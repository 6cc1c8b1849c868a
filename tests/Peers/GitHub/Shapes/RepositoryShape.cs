using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Shapes;

/// <summary>Repositories, branches and environments as JSON.</summary>
internal static class RepositoryShape
{
    private static readonly (string Name, string Path)[] Links =
    [
        ("archive_url", "/{archive_format}{/ref}"), ("assignees_url", "/assignees{/user}"), ("blobs_url", "/git/blobs{/sha}"), ("branches_url", "/branches{/branch}"),
        ("collaborators_url", "/collaborators{/collaborator}"), ("comments_url", "/comments{/number}"), ("commits_url", "/commits{/sha}"), ("compare_url", "/compare/{base}...{head}"),
        ("contents_url", "/contents/{+path}"), ("contributors_url", "/contributors"), ("deployments_url", "/deployments"), ("downloads_url", "/downloads"), ("events_url", "/events"), ("forks_url", "/forks"),
        ("git_commits_url", "/git/commits{/sha}"), ("git_refs_url", "/git/refs{/sha}"), ("git_tags_url", "/git/tags{/sha}"), ("hooks_url", "/hooks"), ("issue_comment_url", "/issues/comments{/number}"),
        ("issue_events_url", "/issues/events{/number}"), ("issues_url", "/issues{/number}"), ("keys_url", "/keys{/key_id}"), ("labels_url", "/labels{/name}"), ("languages_url", "/languages"),
        ("merges_url", "/merges"), ("milestones_url", "/milestones{/number}"), ("notifications_url", "/notifications{?since,all,participating}"), ("pulls_url", "/pulls{/number}"),
        ("releases_url", "/releases{/id}"), ("stargazers_url", "/stargazers"), ("statuses_url", "/statuses/{sha}"), ("subscribers_url", "/subscribers"), ("subscription_url", "/subscription"),
        ("tags_url", "/tags"), ("teams_url", "/teams"), ("trees_url", "/git/trees{/sha}"),
    ];

    /// <summary>A repository as it stands in other objects.</summary>
    public static JsonObject Minimal(Repository repository, Places places)
    {
        var url = places.Of($"repos/{repository.FullName}");
        var shape = new JsonObject
        {
            ["id"] = repository.Id,
            ["node_id"] = Places.Node("Repository", repository.Id),
            ["name"] = repository.Name,
            ["full_name"] = repository.FullName,
            ["private"] = repository.IsPrivate,
            ["owner"] = AccountShape.Of(repository.Owner, places),
            ["html_url"] = Places.Page(repository.FullName),
            ["description"] = null,
            ["fork"] = false,
            ["url"] = url,
        };
        foreach (var (name, path) in Links)
        {
            shape[name] = url + path;
        }

        return shape;
    }

    /// <summary>A repository in a list.</summary>
    public static JsonObject Listed(Repository repository, Credential caller, Places places)
    {
        var shape = Minimal(repository, places);
        shape["default_branch"] = repository.DefaultBranch;
        shape["archived"] = repository.IsArchived;
        shape["disabled"] = false;
        shape["visibility"] = repository.IsPrivate ? "private" : "public";
        shape["created_at"] = Places.Moment(repository.CreatedAt);
        shape["updated_at"] = Places.Moment(repository.CreatedAt);
        shape["pushed_at"] = Places.Moment(repository.CreatedAt);
        shape["permissions"] = Permissions(caller);
        foreach (var name in (string[])["forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers", "watchers_count"])
        {
            shape[name] = 0;
        }

        foreach (var name in (string[])["has_issues", "has_projects", "has_wiki", "has_pages", "has_downloads", "has_discussions", "is_template"])
        {
            shape[name] = false;
        }

        shape["homepage"] = null;
        shape["language"] = null;
        shape["mirror_url"] = null;
        shape["license"] = null;
        shape["clone_url"] = Places.Page($"{repository.FullName}.git");
        shape["svn_url"] = Places.Page(repository.FullName);
        shape["git_url"] = $"git:github.com/{repository.FullName}.git";
        shape["ssh_url"] = $"git@github.com:{repository.FullName}.git";
        return shape;
    }

    /// <summary>A repository by itself.</summary>
    public static JsonObject Full(Repository repository, Credential caller, Places places)
    {
        var shape = Listed(repository, caller, places);
        shape["network_count"] = 0;
        shape["subscribers_count"] = 0;
        return shape;
    }

    public static JsonObject Environment(DeploymentEnvironment environment, Repository repository, Places places)
    {
        var rules = new JsonArray();
        if (environment.NeedsApproval)
        {
            rules.Add(new JsonObject { ["id"] = environment.Id + 1, ["node_id"] = Places.Node("GateRule", environment.Id + 1), ["type"] = "required_reviewers", ["prevent_self_review"] = false, ["reviewers"] = new JsonArray() });
        }

        var hasPolicy = environment.OnlyProtectedBranches || environment.Branches is not null;
        if (hasPolicy)
        {
            rules.Add(new JsonObject { ["id"] = environment.Id + 2, ["node_id"] = Places.Node("GateRule", environment.Id + 2), ["type"] = "branch_policy" });
        }

        return new JsonObject
        {
            ["id"] = environment.Id,
            ["node_id"] = Places.Node("Environment", environment.Id),
            ["name"] = environment.Name,
            ["url"] = places.Of($"repos/{repository.FullName}/environments/{Uri.EscapeDataString(environment.Name)}"),
            ["html_url"] = Places.Page($"{repository.FullName}/deployments/activity_log?environments_filter={Uri.EscapeDataString(environment.Name)}"),
            ["created_at"] = Places.Moment(environment.CreatedAt),
            ["updated_at"] = Places.Moment(environment.CreatedAt),
            ["protection_rules"] = rules,
            ["deployment_branch_policy"] = hasPolicy
                ? new JsonObject { ["protected_branches"] = environment.OnlyProtectedBranches, ["custom_branch_policies"] = environment.Branches is not null }
                : null,
        };
    }

    private static JsonObject Permissions(Credential caller) => new()
    {
        ["admin"] = caller.Role >= RepositoryRole.Admin,
        ["maintain"] = caller.Role >= RepositoryRole.Maintain,
        ["push"] = caller.Role >= RepositoryRole.Push,
        ["triage"] = caller.Role >= RepositoryRole.Triage,
        ["pull"] = true,
    };
}
