using System.Net.Http.Headers;
using System.Text.Json;

namespace RotateSecrets.GitHub.Tests.Description.Endpoints;

/// <summary>The double's audit log and its GraphQL, through the official descriptions.</summary>
public sealed class AuditAndQueryTests
{
    [Fact]
    public async Task The_audit_log_tells_who_wrote_and_which_jobs_were_given_it_page_by_page()
    {
        await using var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Begin", (".github/workflows/a.yml", "on: push\njobs:\n  build:\n    runs-on: x\n    steps: [{ run: 'use ${{ secrets.JWT }}' }]\n"));
            repository.Secrets().Put("JWT", "v");
            repository.Secrets().Put("OTHER", "v");
            for (var i = 0; i < 3; i++)
            {
                repository.Actions.Start("a.yml");
            }
        });
        using var removed = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Delete, "repos/acme/proxy/actions/secrets/JWT");

        var given = await AllAsync(github, "orgs/acme/audit-log?phrase=action:workflows.prepared_workflow_job%20repo:acme/proxy&per_page=2");
        var changes = await AllAsync(github, "orgs/acme/audit-log?phrase=action:repo%20created:%3E%3D2020-01-01&per_page=2");

        Assert.Equal(3, given.Count);
        Assert.All(given, static one => Assert.Equal(["JWT"], one.GetProperty("secrets_passed").EnumerateArray().Select(static name => name.GetString())));
        Assert.Equal(("repo.remove_actions_secret", "octo-operator"), (Assert.Single(changes).GetProperty("action").GetString(), changes[0].GetProperty("actor").GetString()));
    }

    [Fact]
    public async Task A_query_answers_for_the_repositories_that_the_token_sees_and_says_which_it_does_not()
    {
        await using var github = await DescribedGitHub.StartAsync();
        var commit = string.Empty;
        var token = string.Empty;
        github.Server.Arrange(state =>
        {
            commit = state.Repository("acme/proxy").Commit("main", "Begin", (".github/workflows/a.yml", "on: push\n"), ("README.md", "x"));
            state.Repository("acme/hidden");
            var credential = state.FineGrained("contents=read", "metadata=read");
            credential.Repositories = ["acme/proxy"];
            token = credential.Token;
        });
        var query = "query { r0: repository(owner: \"acme\", name: \"proxy\") { isArchived defaultBranchRef { name } c0: object(expression: \"" + commit
            + ":.github/workflows\") { ... on Tree { entries { name type oid object { ... on Blob { text isTruncated } } } } } } r1: repository(owner: \"acme\", name: \"hidden\") { isArchived } }";

        using var response = await Clients.SendAsync(github.Address, token, HttpMethod.Post, "api/graphql", JsonSerializer.Serialize(new { query }));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var data = answer.RootElement.GetProperty("data");
        Assert.Equal("on: push\n", data.GetProperty("r0").GetProperty("c0").GetProperty("entries")[0].GetProperty("object").GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("r1").ValueKind);
        Assert.Equal("r1", Assert.Single(answer.RootElement.GetProperty("errors").EnumerateArray()).GetProperty("path")[0].GetString());
        Assert.Equal("graphql", response.Headers.GetValues("x-ratelimit-resource").Single());
    }

    private static async Task<List<JsonElement>> AllAsync(DescribedGitHub github, string path)
    {
        var all = new List<JsonElement>();
        for (string? next = path; next is not null;)
        {
            using var response = await GetAsync(github, next);
            all.AddRange(JsonSerializer.Deserialize<List<JsonElement>>(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
            next = Next(response.Headers);
        }

        return all;
    }

    private static string? Next(HttpResponseHeaders headers) => headers.TryGetValues("Link", out var links) && links.First() is var link && link.Contains("rel=\"next\"", StringComparison.Ordinal)
        ? link[(link.IndexOf('<') + 1)..link.IndexOf('>')]
        : null;

    private static Task<HttpResponseMessage> GetAsync(DescribedGitHub github, string path) => Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Get, path);
}
