using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Shapes;

/// <summary>Pull requests as JSON.</summary>
internal static class PullShape
{
    /// <summary>A pull request in a list.</summary>
    public static JsonObject Listed(PullRequest pull, Repository repository, Credential caller, Places places)
    {
        var url = places.Of($"repos/{repository.FullName}/pulls/{pull.Number}");
        var issue = places.Of($"repos/{repository.FullName}/issues/{pull.Number}");
        var html = Places.Page($"{repository.FullName}/pull/{pull.Number}");
        var statuses = places.Of($"repos/{repository.FullName}/statuses/{pull.HeadSha}");
        return new JsonObject
        {
            ["url"] = url,
            ["id"] = pull.Id,
            ["node_id"] = Places.Node("PullRequest", pull.Id),
            ["html_url"] = html,
            ["diff_url"] = $"{html}.diff",
            ["patch_url"] = $"{html}.patch",
            ["issue_url"] = issue,
            ["commits_url"] = $"{url}/commits",
            ["review_comments_url"] = $"{url}/comments",
            ["review_comment_url"] = places.Of($"repos/{repository.FullName}/pulls/comments{{/number}}"),
            ["comments_url"] = $"{issue}/comments",
            ["statuses_url"] = statuses,
            ["number"] = pull.Number,
            ["state"] = pull.IsOpen ? "open" : "closed",
            ["locked"] = false,
            ["title"] = pull.Title,
            ["user"] = AccountShape.Of(pull.Author, places),
            ["body"] = pull.Body,
            ["labels"] = new JsonArray(),
            ["milestone"] = null,
            ["created_at"] = Places.Moment(pull.CreatedAt),
            ["updated_at"] = Places.Moment(pull.UpdatedAt),
            ["closed_at"] = pull.ClosedAt is { } closed ? Places.Moment(closed) : null,
            ["merged_at"] = pull.MergedAt is { } merged ? Places.Moment(merged) : null,
            ["merge_commit_sha"] = pull.MergeCommit,
            ["assignee"] = null,
            ["assignees"] = new JsonArray(),
            ["requested_reviewers"] = new JsonArray(),
            ["requested_teams"] = new JsonArray(),
            ["head"] = Side(pull.Head, pull.HeadSha, repository, caller, places),
            ["base"] = Side(pull.Base, pull.BaseSha, repository, caller, places),
            ["_links"] = new JsonObject
            {
                ["self"] = Link(url),
                ["html"] = Link(html),
                ["issue"] = Link(issue),
                ["comments"] = Link($"{issue}/comments"),
                ["review_comments"] = Link($"{url}/comments"),
                ["review_comment"] = Link(places.Of($"repos/{repository.FullName}/pulls/comments{{/number}}")),
                ["commits"] = Link($"{url}/commits"),
                ["statuses"] = Link(statuses),
            },
            ["author_association"] = "MEMBER",
            ["auto_merge"] = null,
            ["draft"] = pull.IsDraft,
        };
    }

    /// <summary>A pull request by itself.</summary>
    public static JsonObject Full(PullRequest pull, Repository repository, Credential caller, Places places)
    {
        var shape = Listed(pull, repository, caller, places);
        var isMerged = pull.MergedAt is not null;
        shape["merged"] = isMerged;
        shape["mergeable"] = pull.IsOpen ? pull.IsMergeable : null;
        shape["rebaseable"] = pull.IsOpen ? pull.IsMergeable : null;
        shape["mergeable_state"] = !pull.IsOpen ? "unknown" : pull.IsMergeable ? "clean" : "dirty";
        shape["merged_by"] = isMerged ? AccountShape.Of(pull.Author, places) : null;
        shape["comments"] = 0;
        shape["review_comments"] = 0;
        shape["maintainer_can_modify"] = false;
        shape["commits"] = 1;
        shape["additions"] = 1;
        shape["deletions"] = 1;
        shape["changed_files"] = pull.ChangedFiles;
        return shape;
    }

    private static JsonObject Side(string branch, string sha, Repository repository, Credential caller, Places places) => new()
    {
        ["label"] = $"{repository.Owner.Login}:{branch}",
        ["ref"] = branch,
        ["sha"] = sha,
        ["user"] = AccountShape.Of(repository.Owner, places),
        ["repo"] = RepositoryShape.Listed(repository, caller, places),
    };

    private static JsonObject Link(string address) => new() { ["href"] = address };
}
