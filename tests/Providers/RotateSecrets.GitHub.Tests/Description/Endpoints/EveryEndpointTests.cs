using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.Peers.GitHub;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.GitHub.Tests.Description.Endpoints;

/// <summary>Asks every endpoint of the double, so that each of its answers is held to the official description.</summary>
public sealed class EveryEndpointTests
{
    private const string Smoke = "name: Smoke\non: { workflow_dispatch: { inputs: { target: { required: true } } } }\njobs:\n  check:\n    environment: prod\n    runs-on: ubuntu-latest\n    steps: [{ name: Log in, run: 'true' }]\n";

    [Fact]
    public async Task Every_endpoint_of_the_double_answers_as_the_official_description_has_it()
    {
        await using var github = await DescribedGitHub.StartAsync();
        var walk = new Walk(github);
        github.Server.Limits.ContentAMinute = 1000;
        github.Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Begin", (".github/workflows/smoke.yml", Smoke), ("src/a.txt", "a"));
            repository.Commit("feature/one", "Change", ("src/a.txt", "b"));
            repository.Environment("prod").Branches = ["main", "release/*"];
        });

        await AccountsAsync(walk, github.Server);
        await RepositoriesAsync(walk);
        await SecretsAsync(walk, github.Server);
        await GitAsync(walk);
        await RunsAsync(walk, github.Server);
        await walk.GoAsync("GET", "orgs/acme/audit-log?phrase=action:repo.create_actions_secret&include=all&per_page=1", 200);
        await walk.GoAsync("POST", "graphql", 200, """{"query":"{ rateLimit { remaining } repository(owner: \"acme\", name: \"proxy\") { isArchived defaultBranchRef { name target { oid } } refs(refPrefix: \"refs/heads/\", first: 5) { nodes { name } pageInfo { hasNextPage endCursor } } object(expression: \"HEAD:.github/workflows\") { ... on Tree { entries { name type oid object { ... on Blob { text isTruncated isBinary byteSize } } } } } } }"}""");

        Assert.Empty(GitHubDouble.Endpoints.Except(github.Server.Requests.All.Where(static one => one.Status is >= 200 and < 300).Select(static one => one.Route), StringComparer.Ordinal));
    }

    private static async Task AccountsAsync(Walk walk, GitHubDouble server)
    {
        await walk.GoAsync("GET", "rate_limit", 200);
        await walk.GoAsync("GET", "meta", 200);
        await walk.GoAsync("GET", "user", 200);
        App? installed = null;
        server.Arrange(state => installed = state.Install("acme", "secrets=write", "metadata=read"));
        var app = walk with { Token = Assertion(installed!, DateTimeOffset.UtcNow) };
        await app.GoAsync("GET", "app", 200);
        await app.GoAsync("GET", "app/installations", 200);
        await app.GoAsync("GET", $"app/installations/{installed!.InstallationId}", 200);
        await app.GoAsync("GET", "repos/acme/proxy/installation", 200);
        await app.GoAsync("GET", "orgs/acme/installation", 200);
        var token = await app.GoAsync("POST", $"app/installations/{installed.InstallationId}/access_tokens", 201, """{"repositories":["proxy"],"permissions":{"secrets":"read"}}""");
        await (walk with { Token = token.GetProperty("token").GetString()! }).GoAsync("GET", "installation/repositories", 200);
    }

    private static async Task RepositoriesAsync(Walk walk)
    {
        await walk.GoAsync("GET", "repos/acme/proxy", 200);
        await walk.GoAsync("GET", "orgs/acme/codespaces?per_page=100", 200);
        await walk.GoAsync("GET", "orgs/acme/repos?per_page=100&page=1", 200);
        await walk.GoAsync("GET", "users/acme/repos", 200);
        await walk.GoAsync("GET", "user/repos", 200);
        await walk.GoAsync("GET", "repos/acme/proxy/branches?per_page=100", 200);
        await walk.GoAsync("GET", "repos/acme/proxy/branches/feature/one", 200);
        await walk.GoAsync("PUT", "repos/acme/proxy/environments/a%2Fb", 200, """{"deployment_branch_policy":{"protected_branches":true,"custom_branch_policies":false}}""");
        await walk.GoAsync("GET", "repos/acme/proxy/environments", 200);
        await walk.GoAsync("GET", "repos/acme/proxy/environments/a%2Fb", 200);
        await walk.GoAsync("GET", "repos/acme/proxy/environments/prod/deployment-branch-policies", 200);
        await walk.GoAsync("DELETE", "repos/acme/proxy/environments/a%2Fb", 204);
    }

    private static async Task SecretsAsync(Walk walk, GitHubDouble server)
    {
        var id = server.Ask(static state => state.Repository("acme/proxy").Id);
        foreach (var shelf in (string[])["repos/acme/proxy/actions", "repos/acme/proxy/dependabot", "repos/acme/proxy/codespaces", "repos/acme/proxy/environments/prod"])
        {
            var key = await walk.GoAsync("GET", $"{shelf}/secrets/public-key", 200);
            var body = $$"""{"encrypted_value":"{{Clients.Seal("v", key.GetProperty("key").GetString()!)}}","key_id":"{{key.GetProperty("key_id").GetString()}}"}""";
            await walk.GoAsync("PUT", $"{shelf}/secrets/NAME", 201, body);
            await walk.GoAsync("PUT", $"{shelf}/secrets/NAME", 204, body);
            await walk.GoAsync("GET", $"{shelf}/secrets", 200);
            await walk.GoAsync("GET", $"{shelf}/secrets/NAME", 200);
            await walk.GoAsync("DELETE", $"{shelf}/secrets/NAME", 204);
        }

        foreach (var shelf in (string[])["orgs/acme/actions", "orgs/acme/dependabot", "orgs/acme/codespaces"])
        {
            var key = await walk.GoAsync("GET", $"{shelf}/secrets/public-key", 200);
            await walk.GoAsync(
                "PUT", $"{shelf}/secrets/NAME", 201, $$"""{"encrypted_value":"{{Clients.Seal("v", key.GetProperty("key").GetString()!)}}","key_id":"{{key.GetProperty("key_id").GetString()}}","visibility":"selected","selected_repository_ids":[{{id}}]}""");
            await walk.GoAsync("GET", $"{shelf}/secrets", 200);
            await walk.GoAsync("GET", $"{shelf}/secrets/NAME", 200);
            await walk.GoAsync("GET", $"{shelf}/secrets/NAME/repositories", 200);
            await walk.GoAsync("PUT", $"{shelf}/secrets/NAME/repositories", 204, """{"selected_repository_ids":[]}""");
            await walk.GoAsync("PUT", $"{shelf}/secrets/NAME/repositories/{id}", 204);
            await walk.GoAsync("GET", "repos/acme/proxy/actions/organization-secrets", 200);
            await walk.GoAsync("DELETE", $"{shelf}/secrets/NAME/repositories/{id}", 204);
            await walk.GoAsync("DELETE", $"{shelf}/secrets/NAME", 204);
        }
    }

    private static async Task GitAsync(Walk walk)
    {
        const string git = "repos/acme/proxy/git";
        var head = (await walk.GoAsync("GET", $"{git}/ref/heads/main", 200)).GetProperty("object").GetProperty("sha").GetString();
        await walk.GoAsync("GET", $"{git}/commits/{head}", 200);
        await walk.GoAsync("GET", $"{git}/matching-refs/heads/feature", 200);
        await walk.GoAsync("GET", $"{git}/trees/{head}?recursive=1", 200);
        await walk.GoAsync("GET", $"repos/acme/proxy/contents/.github/workflows/smoke.yml?ref={head}", 200);
        await walk.GoAsync("GET", "repos/acme/proxy/contents/.github/workflows", 200);
        var blob = await walk.GoAsync("POST", $"{git}/blobs", 201, """{"content":"Yg==","encoding":"base64"}""");
        await walk.GoAsync("GET", $"{git}/blobs/{Sha(blob)}", 200);
        var tree = await walk.GoAsync("POST", $"{git}/trees", 201, $$"""{"base_tree":"{{head}}","tree":[{"path":".github/workflows/b.yml","mode":"100644","type":"blob","sha":"{{Sha(blob)}}"}]}""");
        var commit = await walk.GoAsync("POST", $"{git}/commits", 201, $$"""{"message":"Add b","tree":"{{Sha(tree)}}","parents":["{{head}}"]}""");
        await walk.GoAsync("POST", $"{git}/refs", 201, $$"""{"ref":"refs/heads/rotate/b","sha":"{{head}}"}""");
        await walk.GoAsync("PATCH", $"{git}/refs/heads/rotate/b", 200, $$"""{"sha":"{{Sha(commit)}}","force":false}""");
        var file = await walk.GoAsync("PUT", "repos/acme/proxy/contents/c.txt", 201, """{"message":"Add c","content":"Yw==","branch":"rotate/b"}""");
        await walk.GoAsync("DELETE", "repos/acme/proxy/contents/c.txt", 200, $$"""{"message":"Remove c","sha":"{{Sha(file.GetProperty("content"))}}","branch":"rotate/b"}""");
        await walk.GoAsync("POST", "repos/acme/proxy/pulls", 201, """{"title":"Add b","head":"rotate/b","base":"main","body":"Why."}""");
        await walk.GoAsync("GET", "repos/acme/proxy/pulls?state=open&head=acme:rotate/b", 200);
        await walk.GoAsync("GET", "repos/acme/proxy/pulls/1", 200);
        await walk.GoAsync("PATCH", "repos/acme/proxy/pulls/1", 200, """{"title":"Add b at last"}""");
        await walk.GoAsync("PUT", "repos/acme/proxy/pulls/1/merge", 200, """{"merge_method":"merge"}""");
        await walk.GoAsync("GET", "repos/acme/proxy/pulls/1/merge", 204);
        await walk.GoAsync("GET", "repos/acme/proxy/pulls/1", 200);
        await walk.GoAsync("DELETE", $"{git}/refs/heads/rotate/b", 204);
    }

    private static async Task RunsAsync(Walk walk, GitHubDouble server)
    {
        const string actions = "repos/acme/proxy/actions";
        server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Environment("prod").NeedsApproval = true;
            repository.Actions.Workflow("smoke.yml").Judge = static _ => "Log in";
        });
        await walk.GoAsync("GET", $"{actions}/workflows", 200);
        await walk.GoAsync("GET", $"{actions}/workflows/smoke.yml", 200);
        await walk.GoAsync("POST", $"{actions}/workflows/smoke.yml/dispatches", 204, """{"ref":"main","inputs":{"target":"a"}}""");
        var run = (await walk.GoAsync("POST", $"{actions}/workflows/smoke.yml/dispatches", 200, """{"ref":"main","inputs":{"target":"b"},"return_run_details":true}""")).GetProperty("workflow_run_id").GetInt64();
        var environment = (await walk.GoAsync("GET", $"{actions}/runs/{run}/pending_deployments", 200))[0].GetProperty("environment").GetProperty("id").GetInt64();
        await walk.GoAsync("GET", $"{actions}/runs/{run}", 200);
        await walk.GoAsync("GET", $"{actions}/runs?status=waiting&created=%3E%3D2020-01-01T00:00:00Z", 200);
        await walk.GoAsync("GET", $"{actions}/workflows/smoke.yml/runs?event=workflow_dispatch&branch=main&created=2020-01-01..*", 200);
        await walk.GoAsync("POST", $"{actions}/runs/{run}/pending_deployments", 200, $$"""{"environment_ids":[{{environment}}],"state":"approved","comment":"go"}""");
        var jobs = await walk.GoAsync("GET", $"{actions}/runs/{run}/jobs", 200);
        Assert.Equal("failure", jobs.GetProperty("jobs")[0].GetProperty("conclusion").GetString());
        await walk.GoAsync("POST", $"{actions}/runs/{run}/rerun-failed-jobs", 201);
        await walk.GoAsync("POST", $"{actions}/runs/{run}/cancel", 202);
        await walk.GoAsync("POST", $"{actions}/runs/{run}/rerun", 201);
        await walk.GoAsync("GET", $"{actions}/runs/{run}", 200);
        await walk.GoAsync("POST", $"{actions}/runs/{run}/force-cancel", 202);
        await walk.GoAsync("POST", $"{actions}/runs/{run}/force-cancel", 409);
        await walk.GoAsync("GET", $"{actions}/runs/{run}/jobs?filter=latest", 200);
    }

    /// <summary>The token with which an app says who it is.</summary>
    internal static string Assertion(App app, DateTimeOffset now, TimeSpan? life = null)
    {
        using var key = RSA.Create();
        key.ImportFromPem(app.PrivateKeyPem);
        var claims = JsonSerializer.Serialize(new { iat = now.ToUnixTimeSeconds(), exp = (now + (life ?? TimeSpan.FromMinutes(5))).ToUnixTimeSeconds(), iss = app.Id.ToString(CultureInfo.InvariantCulture) });
        var signed = $"{Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Sha(JsonElement one) => one.GetProperty("sha").GetString()!;

    private sealed record Walk(DescribedGitHub GitHub)
    {
        public string Token { get; init; } = GitHub.Server.Operator.Token;

        public async Task<JsonElement> GoAsync(string method, string path, int status, string? json = null)
        {
            using var response = await Clients.SendAsync(GitHub.Address, Token, new HttpMethod(method), path, json);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode == status, $"{method} {path}: {(int)response.StatusCode} {text}");
            return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
        }
    }
}
