using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Git;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>Pull requests.</summary>
internal static class PullEndpoints
{
    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET /repos/{owner}/{repo}/pulls", "pull_requests=read", List),
        new("POST /repos/{owner}/{repo}/pulls", "pull_requests=write", Open),
        new("GET /repos/{owner}/{repo}/pulls/{pull_number}", "pull_requests=read", static question => Full(question, Find(question))),
        new("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", "pull_requests=write", Edit),
        new("GET /repos/{owner}/{repo}/pulls/{pull_number}/merge", "contents=read", static question => Find(question).MergedAt is null ? Reply.NotFound : Reply.NoContent),
        new("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", "contents=write", Merge),
    ];

    private static PullRequest Find(Question question) => question.Repository.Pulls.Find(pull => pull.Number == question.Number("pull_number")) ?? throw new Refusal(Reply.NotFound);

    private static Reply Full(Question question, PullRequest pull, int status = 200) => new(status, PullShape.Full(pull, question.Repository, question.Caller, question.Places));

    private static Reply List(Question question)
    {
        var state = question.Query("state") ?? "open";
        var head = question.Query("head");
        var into = question.Query("base");
        return Paging.Page(
            question,
            question.Repository.Pulls.AsEnumerable().Reverse()
                .Where(pull => state == "all" || pull.IsOpen == (state == "open"))
                .Where(pull => head is null || head.Equals($"{question.Repository.Owner.Login}:{pull.Head}", StringComparison.OrdinalIgnoreCase))
                .Where(pull => into is null || into == pull.Base),
            pull => PullShape.Listed(pull, question.Repository, question.Caller, question.Places));
    }

    private static Reply Open(Question question)
    {
        var repository = question.Repository;
        var head = question.Text("head") ?? string.Empty;
        head = head.StartsWith($"{repository.Owner.Login}:", StringComparison.OrdinalIgnoreCase) ? head[(repository.Owner.Login.Length + 1)..] : head;
        var into = question.Text("base") ?? string.Empty;
        if (!repository.Branches.TryGetValue(into, out var baseSha))
        {
            return Reply.Invalid("PullRequest", "base", "invalid");
        }

        if (!repository.Branches.TryGetValue(head, out var headSha))
        {
            return Reply.Invalid("PullRequest", "head", "invalid");
        }

        if (repository.Pulls.Exists(pull => pull.IsOpen && pull.Head == head && pull.Base == into))
        {
            return Reply.Invalid("PullRequest", string.Empty, "custom", $"A pull request already exists for {repository.Owner.Login}:{head}.");
        }

        if (repository.Git.IsAncestor(headSha, baseSha))
        {
            return Reply.Invalid("PullRequest", string.Empty, "custom", $"No commits between {into} and {head}");
        }

        var made = new PullRequest(repository, question.State.Time, question.State.NextId(), repository.Pulls.Count + 1)
        {
            Title = question.Text("title") ?? throw new Refusal(Reply.Invalid("PullRequest", "title", "missing_field")),
            Body = question.Text("body"),
            Head = head,
            Base = into,
            Author = question.Caller.User,
            IsDraft = question.Body["draft"] is JsonValue draft && draft.TryGetValue<bool>(out var isDraft) && isDraft,
            LastHead = headSha,
            LastBase = baseSha,
        };
        repository.Pulls.Add(made);
        return Full(question, made, 201);
    }

    private static Reply Edit(Question question)
    {
        var pull = Find(question);
        pull.Title = question.Text("title") ?? pull.Title;
        pull.Body = question.Text("body") ?? pull.Body;
        pull.Base = question.Text("base") ?? pull.Base;
        pull.UpdatedAt = question.State.Now;
        switch (question.Text("state"))
        {
            case "closed" when pull.IsOpen:
                pull.Close();
                break;
            case "open" when pull.MergedAt is not null:
                return Reply.Invalid("PullRequest", "state", "invalid");
            case "open" when !pull.IsOpen:
                pull.Reopen();
                break;
            default:
                break;
        }

        return Full(question, pull);
    }

    private static Reply Merge(Question question)
    {
        var pull = Find(question);
        if (!pull.IsOpen || pull.IsDraft)
        {
            return Reply.Error(405, "Pull Request is not mergeable");
        }

        if (question.Text("sha") is { } expected && expected != pull.HeadSha)
        {
            return Reply.Error(409, "Head branch was modified. Review and try the merge again.");
        }

        if (question.Repository.ProtectedBranches.Contains(pull.Base))
        {
            return Reply.Error(405, "At least 1 approving review is required by reviewers with write access.");
        }

        return pull.Merge(question.Text("merge_method") is "squash" or "rebase") is { } sha
            ? Reply.Ok(new JsonObject { ["sha"] = sha, ["merged"] = true, ["message"] = "Pull Request successfully merged" })
            : Reply.Error(405, "Pull Request is not mergeable");
    }
}
