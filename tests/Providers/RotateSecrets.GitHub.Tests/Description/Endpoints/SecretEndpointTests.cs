using System.Net;
using Octokit;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.GitHub.Tests.Description.Endpoints;

/// <summary>The double's secrets, through Octokit and the official description.</summary>
public sealed class SecretEndpointTests
{
    [Fact]
    public async Task A_repository_secret_is_sealed_with_its_own_key_kept_and_listed()
    {
        await using var github = await StartAsync();
        var secrets = Clients.Octokit(github).Repository.Actions.Secrets;
        var key = await secrets.GetPublicKey("acme", "proxy");
        var made = await secrets.CreateOrUpdate("acme", "proxy", "jwt", new UpsertRepositorySecret { EncryptedValue = Clients.Seal("first", key.Key), KeyId = key.KeyId });
        await secrets.CreateOrUpdate("acme", "proxy", "JWT", new UpsertRepositorySecret { EncryptedValue = Clients.Seal("second", key.Key), KeyId = key.KeyId });

        Assert.Equal("JWT", made.Name);
        Assert.Equal("JWT", Assert.Single((await secrets.GetAll("acme", "proxy")).Secrets).Name);
        Assert.Equal(("second", false, 2), github.Server.Ask(static state => state.Repository("acme/proxy").Secrets().Find("JWT") is { } one ? (one.Text, one.IsGarbage, one.Writes) : default));
        Assert.Equal(2, github.Server.Requests.Count("PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}"));
    }

    [Fact]
    public async Task A_box_that_was_sealed_for_the_repository_is_taken_for_an_environment_and_kept_as_garbage()
    {
        await using var github = await StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy").Environment("prod"));
        var key = await Clients.Octokit(github).Repository.Actions.Secrets.GetPublicKey("acme", "proxy");

        using var response = await PutAsync(github, "repos/acme/proxy/environments/prod/secrets/JWT", Clients.Seal("v", key.Key), key.KeyId);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var stored = github.Server.Ask(static state => state.Repository("acme/proxy").Environment("prod").Secrets.Find("JWT")!);
        Assert.True(stored.IsGarbage);
        Assert.NotEqual("v", stored.Text);
    }

    [Theory]
    [InlineData("GITHUB_THING", "Secret names must not start with GITHUB_.")]
    [InlineData("1ST", "Must start with a letter")]
    [InlineData("A-B", "can only contain alphanumeric characters")]
    [InlineData("A%20B", "Spaces are not allowed")]
    public async Task A_name_that_is_none_is_refused_in_GitHubs_words(string name, string words)
    {
        await using var github = await StartAsync();
        var key = await Clients.Octokit(github).Repository.Actions.Secrets.GetPublicKey("acme", "proxy");

        using var response = await PutAsync(github, $"repos/acme/proxy/actions/secrets/{name}", Clients.Seal("v", key.Key), key.KeyId);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains(words, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_than_the_documented_number_and_size_is_taken()
    {
        await using var github = await StartAsync();
        github.Server.Arrange(static state =>
        {
            for (var i = 0; i < 99; i++)
            {
                state.Repository("acme/proxy").Secrets().Put($"S{i}", "v");
            }
        });
        var key = await Clients.Octokit(github).Repository.Actions.Secrets.GetPublicKey("acme", "proxy");
        var wholeBox = Clients.Seal(new string('x', 48 * 1024), key.Key);

        using var last = await PutAsync(github, "repos/acme/proxy/actions/secrets/LAST", wholeBox, key.KeyId);
        using var tooMany = await PutAsync(github, "repos/acme/proxy/actions/secrets/ONE_MORE", wholeBox, key.KeyId);
        using var tooLarge = await PutAsync(github, "repos/acme/proxy/actions/secrets/LAST", Clients.Seal(new string('x', (48 * 1024) + 1), key.Key), key.KeyId);
        using var again = await PutAsync(github, "repos/acme/proxy/actions/secrets/LAST", wholeBox, key.KeyId);

        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.NoContent),
            (last.StatusCode, tooMany.StatusCode, tooLarge.StatusCode, again.StatusCode));
    }

    [Fact]
    public async Task An_organisation_secret_that_is_written_without_its_repositories_has_none_left()
    {
        await using var github = await StartAsync();
        var id = github.Server.Ask(static state => state.Repository("acme/proxy").Id);
        var secrets = Clients.Octokit(github).Organization.Actions.Secrets;
        var key = await secrets.GetPublicKey("acme");
        var box = Clients.Seal("v", key.Key);

        await secrets.CreateOrUpdate("acme", "JWT", new UpsertOrganizationSecret { EncryptedValue = box, KeyId = key.KeyId, Visibility = "selected", SelectedRepositoriesIds = [id] });
        Assert.Equal("acme/proxy", Assert.Single((await secrets.GetSelectedRepositoriesForSecret("acme", "JWT")).Repositories).FullName);

        using var response = await PutAsync(github, "orgs/acme/actions/secrets/JWT", box, key.KeyId, ",\"visibility\":\"selected\"");
        Assert.Empty((await secrets.GetSelectedRepositoriesForSecret("acme", "JWT")).Repositories);
    }

    [Theory]
    [InlineData("all", true, 1)]
    [InlineData("private", true, 1)]
    [InlineData("private", false, 0)]
    [InlineData("selected", true, 0)]
    public async Task A_repository_gets_the_organisations_secrets_that_it_is_let_see(string visibility, bool isPrivate, int seen)
    {
        await using var github = await StartAsync();
        github.Server.Arrange(state =>
        {
            state.Repository("acme/proxy").IsPrivate = isPrivate;
            state.Organization("acme").Secrets().Put("JWT", "v").Visibility = Enum.Parse<SecretVisibility>(visibility, ignoreCase: true);
        });

        using var response = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Get, "repos/acme/proxy/actions/organization-secrets");

        Assert.Contains($"\"total_count\":{seen}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<DescribedGitHub> StartAsync()
    {
        var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy"));
        return github;
    }

    private static Task<HttpResponseMessage> PutAsync(DescribedGitHub github, string path, string box, string keyId, string more = "") => Clients.SendAsync(
        github.Address, github.Server.Operator.Token, HttpMethod.Put, path, $$"""{"encrypted_value":"{{box}}","key_id":"{{keyId}}"{{more}}}""");
}
