using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>Repositories, branches and environments.</summary>
internal static class RepositoryEndpoints
{
    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET /repos/{owner}/{repo}", "metadata=read", static question => Reply.Ok(RepositoryShape.Full(question.Repository, question.Caller, question.Places))),
        new("GET /orgs/{org}/repos", string.Empty, static question => List(question, question.State.Repositories.Where(one => one.Owner == question.Organization))),
        new("GET /users/{username}/repos", string.Empty, static question => List(question, question.State.Repositories.Where(one => one.Owner == Account(question)))),
        new("GET /user/repos", string.Empty, OwnList),
        new("GET /installation/repositories", string.Empty, InstallationList),
        new("GET /repos/{owner}/{repo}/branches", "contents=read", Branches),
        new("GET /repos/{owner}/{repo}/branches/{branch}", "contents=read", Branch),
        new("GET /repos/{owner}/{repo}/environments", "actions=read", Environments),
        new("GET /repos/{owner}/{repo}/environments/{environment_name}", "actions=read", static question => Reply.Ok(RepositoryShape.Environment(Environment(question), question.Repository, question.Places))),
        new("PUT /repos/{owner}/{repo}/environments/{environment_name}", "administration=write", MakeEnvironment),
        new("DELETE /repos/{owner}/{repo}/environments/{environment_name}", "administration=write", RemoveEnvironment),
        new("GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies", "actions=read", Policies),
    ];

    /// <summary>The environment that the path names.</summary>
    public static DeploymentEnvironment Environment(Question question) =>
        question.Repository.Environments.GetValueOrDefault(question.Values["environment_name"]) ?? throw new Refusal(Reply.NotFound);

    private static Reply List(Question question, IEnumerable<Repository> repositories) =>
        Paging.Page(question, repositories.Where(question.Caller.Sees), one => RepositoryShape.Listed(one, question.Caller, question.Places));

    private static Account Account(Question question) => question.State.FindAccount(question.Values["username"]) ?? throw new Refusal(Reply.NotFound);

    private static Reply OwnList(Question question)
    {
        // What an organisation with single sign-on hides is left out, and a header says whose it is.
        var hidden = question.State.Repositories.Select(static one => one.Owner).Distinct().Where(owner => owner.RequiresSso && !question.Caller.AuthorizedFor.Contains(owner.Login)).ToList();
        var reply = List(question, question.State.Repositories.Where(one => !hidden.Contains(one.Owner)));
        return hidden.Count == 0 ? reply : reply with { Headers = [.. reply.Headers, ("X-GitHub-SSO", $"partial-results; organizations={string.Join(',', hidden.Select(static owner => owner.Id))}")] };
    }

    private static Reply InstallationList(Question question) => question.Caller.App is { } app
        ? Paging.Page(question, "repositories", question.State.Repositories.Where(one => one.Owner == app.Owner && question.Caller.Sees(one)), one => RepositoryShape.Listed(one, question.Caller, question.Places))
        : Reply.Error(403, "You must authenticate with an installation access token in order to list repositories for an installation.");

    private static Reply Branches(Question question)
    {
        var repository = question.Repository;
        var wanted = question.Query("protected");
        return Paging.Page(
            question,
            repository.Branches.Where(branch => wanted is null || repository.ProtectedBranches.Contains(branch.Key) == (wanted == "true")),
            branch => GitShape.Branch(branch.Key, branch.Value, repository, question.Places));
    }

    private static Reply Branch(Question question) => question.Repository.Branches.TryGetValue(question.Values["branch"], out var sha)
        ? Reply.Ok(GitShape.BranchInFull(question.Values["branch"], sha, question.Repository, question.Places))
        : Reply.Error(404, "Branch not found");

    private static Reply Environments(Question question) => Paging.Page(
        question,
        "environments",
        question.Repository.Environments.Values.OrderBy(static one => one.Name, StringComparer.Ordinal),
        one => RepositoryShape.Environment(one, question.Repository, question.Places));

    private static Reply MakeEnvironment(Question question)
    {
        var environment = question.Repository.Environment(question.Values["environment_name"]);
        if (question.Body["reviewers"] is JsonArray reviewers)
        {
            environment.NeedsApproval = reviewers.Count > 0;
        }

        if (question.Body["deployment_branch_policy"] is JsonObject policy)
        {
            environment.OnlyProtectedBranches = policy["protected_branches"]?.GetValue<bool>() == true;
            environment.Branches = policy["custom_branch_policies"]?.GetValue<bool>() == true ? environment.Branches ?? [] : null;
        }

        return Reply.Ok(RepositoryShape.Environment(environment, question.Repository, question.Places));
    }

    private static Reply RemoveEnvironment(Question question)
    {
        question.Repository.Environments.Remove(Environment(question).Name);
        return Reply.NoContent;
    }

    private static Reply Policies(Question question) => Environment(question).Branches is { } branches
        ? Paging.Page(question, "branch_policies", branches.Select(static (name, index) => (Name: name, Id: index + 1)), static one => new JsonObject
        {
            ["id"] = one.Id,
            ["node_id"] = Places.Node("GateRule", one.Id),
            ["name"] = one.Name,
            ["type"] = "branch",
        })
        : Reply.NotFound;
}
