using System.Net;
using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.GitHub.Tests.Description.Endpoints;

/// <summary>How the double refuses: as GitHub does.</summary>
public sealed class RefusalTests
{
    private const string Secrets = "repos/acme/proxy/actions/secrets";

    [Fact]
    public async Task A_permission_that_is_missing_is_named_in_a_header()
    {
        await using var github = await StartAsync();
        var token = Credential(github, static state => state.FineGrained("metadata=read", "secrets=read")).Token;

        using var read = await Clients.SendAsync(github.Address, token, HttpMethod.Get, Secrets);
        using var write = await Clients.SendAsync(github.Address, token, HttpMethod.Delete, $"{Secrets}/NAME");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (read.StatusCode, write.StatusCode));
        Assert.Equal("secrets=write", write.Headers.GetValues("x-accepted-github-permissions").Single());
    }

    [Fact]
    public async Task A_repository_that_a_token_may_not_see_is_not_found()
    {
        await using var github = await StartAsync();
        var credential = Credential(github, static state => state.FineGrained("metadata=read", "secrets=write"));
        credential.Repositories = ["acme/other"];

        using var response = await Clients.SendAsync(github.Address, credential.Token, HttpMethod.Get, Secrets);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task An_organisation_with_single_sign_on_says_where_to_authorise_the_token()
    {
        await using var github = await StartAsync();
        github.Server.Arrange(static state => state.Organization("acme").RequiresSso = true);

        using var refused = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Get, Secrets);
        github.Server.Arrange(_ => github.Server.Operator.AuthorizedFor.Add("acme"));
        using var taken = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Get, Secrets);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (refused.StatusCode, taken.StatusCode));
        Assert.StartsWith("required; url=https://github.com/orgs/acme/sso?authorization_request=", refused.Headers.GetValues("X-GitHub-SSO").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archived_repository_can_be_read_and_not_written()
    {
        await using var github = await StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy").IsArchived = true);

        using var read = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Get, Secrets);
        using var write = await Clients.SendAsync(github.Address, github.Server.Operator.Token, HttpMethod.Delete, $"{Secrets}/NAME");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (read.StatusCode, write.StatusCode));
        Assert.Contains("Repository was archived so is read-only.", await Clients.MessageAsync(write), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 5, null)]
    [InlineData(0, 11, "too far in the future")]
    [InlineData(30, 5, "'Issued at'")]
    [InlineData(-600, 5, "'Expiration time'")]
    public async Task The_token_of_an_app_has_to_fit_the_servers_clock(int skewInSeconds, int minutes, string? words)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var github = await StartAsync(time);
        App? app = null;
        github.Server.Arrange(state => app = state.Install("acme", "secrets=write"));
        var token = EveryEndpointTests.Assertion(app!, time.GetUtcNow().AddSeconds(skewInSeconds), TimeSpan.FromMinutes(minutes));

        using var response = await Clients.SendAsync(github.Address, token, HttpMethod.Post, $"app/installations/{app!.InstallationId}/access_tokens", "{}");

        Assert.Equal(words is null ? HttpStatusCode.Created : HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(time.GetUtcNow(), response.Headers.Date);
        Assert.Contains(words ?? string.Empty, await Clients.MessageAsync(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_an_installation_ends_after_an_hour()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var github = await StartAsync(time);
        App? app = null;
        github.Server.Arrange(state => app = state.Install("acme", "secrets=write"));
        using var made = await Clients.SendAsync(github.Address, EveryEndpointTests.Assertion(app!, time.GetUtcNow()), HttpMethod.Post, $"app/installations/{app!.InstallationId}/access_tokens", "{}");
        var token = System.Text.Json.JsonDocument.Parse(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("token").GetString()!;

        using var before = await Clients.SendAsync(github.Address, token, HttpMethod.Get, Secrets);
        time.Advance(TimeSpan.FromHours(1));
        using var after = await Clients.SendAsync(github.Address, token, HttpMethod.Get, Secrets);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode));
    }

    private static async Task<DescribedGitHub> StartAsync(TimeProvider? time = null)
    {
        var github = await DescribedGitHub.StartAsync(time);
        github.Server.Arrange(static state => state.Repository("acme/proxy"));
        return github;
    }

    private static Credential Credential(DescribedGitHub github, Func<GitHubState, Credential> issue)
    {
        Credential? issued = null;
        github.Server.Arrange(state => issued = issue(state));
        return issued!;
    }
}
