using Octokit;

namespace RotateSecrets.GitHub.Tests.Description.Endpoints;

/// <summary>The double's git and pull requests, through Octokit and the official description.</summary>
public sealed class GitTests
{
    // Made by: printf 'hello\n' | git hash-object --stdin; and the tree and the commit of it by git mktree and git commit-tree.
    private const string HelloBlob = "ce013625030ba8dba906f756967f9e9ca394464a";
    private const string HelloTree = "aaa96ced2d9a1c8e72c56b253a0e2fe78393feb7";

    [Fact]
    public async Task Objects_have_the_names_that_git_gives_them()
    {
        await using var github = await StartAsync();
        var git = Clients.Octokit(github).Git;

        var blob = await git.Blob.Create("acme", "proxy", new NewBlob { Content = "hello\n", Encoding = EncodingType.Utf8 });
        var tree = new NewTree();
        tree.Tree.Add(new NewTreeItem { Path = "hello.txt", Mode = "100644", Type = TreeType.Blob, Sha = blob.Sha });
        var made = await git.Tree.Create("acme", "proxy", tree);

        Assert.Equal((HelloBlob, HelloTree), (blob.Sha, made.Sha));
    }

    [Fact]
    public async Task A_change_on_a_branch_is_merged_by_a_pull_request_and_leaves_the_rest_as_it_was()
    {
        await using var github = await StartAsync();
        var client = Clients.Octokit(github);
        await BranchAsync(github, client, "rotate", "a.txt", "changed");
        github.Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Meanwhile", ("b.txt", "changed too")));

        var pull = await client.PullRequest.Create("acme", "proxy", new NewPullRequest("Change a", "rotate", "main"));
        Assert.True((await client.PullRequest.Get("acme", "proxy", pull.Number)).Mergeable);
        var merged = await client.PullRequest.Merge("acme", "proxy", pull.Number, new MergePullRequest());

        Assert.True(merged.Merged);
        Assert.Equal(("changed", "changed too", "c"), github.Server.Ask(static state => state.Repository("acme/proxy") is var one ? (one.Read("main", "a.txt"), one.Read("main", "b.txt"), one.Read("main", "c.txt")) : default));
        Assert.Equal("changed", (await client.Repository.Content.GetAllContentsByRef("acme", "proxy", "a.txt", "main"))[0].Content);
    }

    [Fact]
    public async Task A_pull_request_that_conflicts_is_not_merged()
    {
        await using var github = await StartAsync();
        var client = Clients.Octokit(github);
        await BranchAsync(github, client, "rotate", "a.txt", "changed");
        github.Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Meanwhile", ("a.txt", "otherwise")));
        var pull = await client.PullRequest.Create("acme", "proxy", new NewPullRequest("Change a", "rotate", "main"));

        await Assert.ThrowsAsync<PullRequestNotMergeableException>(() => client.PullRequest.Merge("acme", "proxy", pull.Number, new MergePullRequest()));
        Assert.Equal("otherwise", github.Server.Ask(static state => state.Repository("acme/proxy").Read("main", "a.txt")));
    }

    [Fact]
    public async Task A_branch_moves_forward_only_and_a_protected_one_not_at_all()
    {
        await using var github = await StartAsync();
        var client = Clients.Octokit(github);
        var before = Head(github);
        var after = github.Server.Ask(static state => state.Repository("acme/proxy").Commit("main", "Next", ("a.txt", "next")));

        await Assert.ThrowsAsync<ApiValidationException>(() => client.Git.Reference.Update("acme", "proxy", "heads/main", new ReferenceUpdate(before)));
        github.Server.Arrange(static state => state.Repository("acme/proxy").ProtectedBranches.Add("main"));
        await Assert.ThrowsAsync<ApiValidationException>(() => client.Git.Reference.Update("acme", "proxy", "heads/main", new ReferenceUpdate(after)));
        Assert.True((await client.Repository.Branch.Get("acme", "proxy", "main")).Protected);
    }

    [Fact]
    public async Task An_organisation_of_many_repositories_comes_in_pages()
    {
        await using var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state =>
        {
            for (var i = 0; i < 250; i++)
            {
                state.Repository($"acme/r{i}");
            }
        });

        var all = await Clients.Octokit(github).Repository.GetAllForOrg("acme", new ApiOptions { PageSize = 100 });

        Assert.Equal(250, all.Select(static one => one.Id).Distinct().Count());
        Assert.Equal(3, github.Server.Requests.Count("GET /orgs/{org}/repos"));
    }

    // Octokit asks for it at a path that isn't described any more.
    private static string Head(DescribedGitHub github) => github.Server.Ask(static state => state.Repository("acme/proxy").Branches["main"]);

    private static async Task BranchAsync(DescribedGitHub github, GitHubClient client, string branch, string path, string text)
    {
        var head = Head(github);
        var tree = new NewTree { BaseTree = head };
        tree.Tree.Add(new NewTreeItem { Path = path, Mode = "100644", Type = TreeType.Blob, Content = text });
        var commit = await client.Git.Commit.Create("acme", "proxy", new NewCommit("Change", (await client.Git.Tree.Create("acme", "proxy", tree)).Sha, head));
        await client.Git.Reference.Create("acme", "proxy", new NewReference($"refs/heads/{branch}", commit.Sha));
    }

    private static async Task<DescribedGitHub> StartAsync()
    {
        var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Begin", ("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c")));
        return github;
    }
}
