using Octokit;
using RotateSecrets.GitHub.Client;
using RotateSecrets.GitHub.Repositories;
using RotateSecrets.Outcomes;

namespace RotateSecrets.GitHub.Changes;

/// <summary>Writes commits, branches and pull requests. A branch that has moved meanwhile isn't written over.</summary>
/// <param name="api">Calls the API.</param>
/// <param name="repository">The repository: <c>owner/name</c>.</param>
internal sealed class GitWriter(GitHubApi api, string repository)
{
    private readonly string owner = ContentQuery.Parts(repository).Owner;
    private readonly string name = ContentQuery.Parts(repository).Name;

    /// <summary>Makes a commit on top of another one, which no branch has yet.</summary>
    public async Task<Outcome<string>> CommitAsync(string message, BranchChange change, CancellationToken cancellation)
    {
        if ((await api.CallAsync(Need("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", "Contents: read"), client => client.Git.Commit.Get(owner, name, change.Sha), cancellation))
            .Failed(out var failure, out var parent))
        {
            return failure;
        }

        var tree = new NewTree { BaseTree = parent.Tree.Sha };
        foreach (var file in change.Files)
        {
            var blob = new NewBlob { Content = Convert.ToBase64String(file.After), Encoding = EncodingType.Base64 };
            if ((await api.CallAsync(Need("POST /repos/{owner}/{repo}/git/blobs"), client => client.Git.Blob.Create(owner, name, blob), cancellation)).Failed(out failure, out var written))
            {
                return failure;
            }

            tree.Tree.Add(new NewTreeItem { Path = file.Path, Mode = file.Mode, Type = TreeType.Blob, Sha = written.Sha });
        }

        if ((await api.CallAsync(Need("POST /repos/{owner}/{repo}/git/trees", "Contents: write, Workflows: write"), client => client.Git.Tree.Create(owner, name, tree), cancellation))
            .Failed(out failure, out var made))
        {
            return failure;
        }

        var commit = new NewCommit(message, made.Sha, change.Sha);
        return (await api.CallAsync(Need("POST /repos/{owner}/{repo}/git/commits"), client => client.Git.Commit.Create(owner, name, commit), cancellation)).Map(static one => one.Sha);
    }

    /// <summary>Lets a branch lead to a commit. One that has moved since the commit was made is a <see cref="FailureCode.VersionConflict"/>.</summary>
    public async Task<Outcome<string>> MoveAsync(string branch, string sha, CancellationToken cancellation)
    {
        var moved = await api.CallAsync(
            Need("PATCH /repos/{owner}/{repo}/git/refs/{ref}", "Contents: write, Workflows: write"),
            client => client.Git.Reference.Update(owner, name, "heads/" + branch, new ReferenceUpdate(sha, force: false)),
            cancellation);
        return moved.Failure is { Code: FailureCode.ValueInvalid } refused
            ? refused with
            {
                Code = FailureCode.VersionConflict,
                Message = $"The branch {branch} of {repository} doesn't take the commit: it has moved meanwhile, or is protected.",
                Remedy = "Try again; where the branch is protected, propose the change as a pull request.",
            }
            : moved.Map(static reference => reference.Object.Sha);
    }

    /// <summary>Makes a branch.</summary>
    public async Task<Outcome<string>> BranchAsync(string branch, string sha, CancellationToken cancellation) => (await api.CallAsync(
        Need("POST /repos/{owner}/{repo}/git/refs", "Contents: write, Workflows: write"),
        client => client.Git.Reference.Create(owner, name, new NewReference("refs/heads/" + branch, sha)),
        cancellation)).Map(static reference => reference.Object.Sha);

    /// <summary>Takes a branch away. Where it isn't there, nothing happens.</summary>
    public async Task<Failure?> UnbranchAsync(string branch, CancellationToken cancellation)
    {
        var done = await api.CallAsync(
            Need("DELETE /repos/{owner}/{repo}/git/refs/{ref}"),
            async client =>
            {
                await client.Git.Reference.Delete(owner, name, "heads/" + branch);
                return true;
            },
            cancellation);
        return done.Failure is { Code: FailureCode.SecretNotFound or FailureCode.ValueInvalid } ? null : done.Failure;
    }

    /// <summary>The last pull request from one branch to another; none is an answer without a value.</summary>
    public async Task<Outcome<IReadOnlyList<PullRequest>>> ProposalsAsync(string branch, string onto, CancellationToken cancellation)
    {
        var request = new PullRequestRequest { Head = $"{owner}:{branch}", Base = onto, State = ItemStateFilter.All };
        return await api.CallAsync(
            Need("GET /repos/{owner}/{repo}/pulls", "Pull requests: read"), client => client.PullRequest.GetAllForRepository(owner, name, request, new ApiOptions { PageSize = 20, PageCount = 1 }), cancellation);
    }

    /// <summary>Proposes a branch as a change of another one.</summary>
    public Task<Outcome<PullRequest>> ProposeAsync(string title, string text, string branch, string onto, CancellationToken cancellation) => api.CallAsync(
        Need("POST /repos/{owner}/{repo}/pulls", "Pull requests: write"),
        client => client.PullRequest.Create(owner, name, new NewPullRequest(title, branch, onto) { Body = text }),
        cancellation);

    /// <summary>Takes a proposal back.</summary>
    public async Task<Failure?> CloseAsync(int number, CancellationToken cancellation) => (await api.CallAsync(
        Need("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", "Pull requests: write"),
        client => client.PullRequest.Update(owner, name, number, new PullRequestUpdate { State = ItemState.Closed }),
        cancellation)).Failure;

    private CallNeed Need(string operation, string permission = "Contents: write") => new(repository, operation, permission);
}
