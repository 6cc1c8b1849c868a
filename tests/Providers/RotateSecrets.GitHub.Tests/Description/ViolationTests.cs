using System.Net;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub;
using RotateSecrets.Peers.GitHub.Http;

namespace RotateSecrets.GitHub.Tests.Description;

/// <summary>What isn't as the official description has it is noticed, on either side.</summary>
public sealed class ViolationTests
{
    private const string Key = "repos/acme/proxy/actions/secrets/public-key";

    [Fact]
    public async Task An_answer_that_lacks_what_is_described_is_noticed()
    {
        await using var github = await StartAsync();
        github.Server.After = static (_, reply) => Without(reply, "key");

        using var response = await SendAsync(github, HttpMethod.Get, Key);

        Assert.Contains(github.TakeViolations(), static one => one.Contains("GET /repos/acme/proxy/actions/secrets/public-key", StringComparison.Ordinal) && one.Contains("'key'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_with_a_status_that_is_not_described_is_noticed_where_it_means_success()
    {
        await using var github = await StartAsync();
        github.Server.After = static (_, reply) => reply with { Status = 203 };

        using var response = await SendAsync(github, HttpMethod.Get, Key);

        Assert.NotEmpty(github.TakeViolations());
    }

    [Theory]
    [InlineData("PUT", "repos/acme/proxy/actions/secrets/NAME", """{"encrypted_value":"YWJj"}""", "key_id")]
    [InlineData("PUT", "repos/acme/proxy/actions/secrets/NAME", """{"encrypted_value":"not base 64","key_id":"1"}""", "pattern")]
    [InlineData("PUT", "orgs/acme/actions/secrets/NAME", """{"encrypted_value":"YWJj","key_id":"1"}""", "visibility")]
    [InlineData("GET", "repos/acme/proxy/actions/no-such-thing", null, "no path matched")]
    [InlineData("DELETE", "repos/acme/proxy/actions/secrets/public-key/x", null, "no path matched")]
    [InlineData("POST", "graphql", """{"query":"{ repository(owner: \"acme\", name: \"proxy\") { noSuchField } }"}""", "noSuchField")]
    [InlineData("POST", "graphql", """{"query":"{ repository(owner: \"acme\" "}""", "Syntax Error")]
    public async Task A_request_that_is_not_as_described_is_noticed_and_does_not_reach_the_server(string method, string path, string? body, string word)
    {
        await using var github = await StartAsync();

        using var response = await SendAsync(github, new HttpMethod(method), path, body);

        Assert.Contains(github.TakeViolations(), one => one.Contains(word, StringComparison.Ordinal));
        Assert.Equal(0, github.Server.Ask(static state => state.Repository("acme/proxy").Secrets().Count));
    }

    [Fact]
    public async Task An_answer_of_GraphQL_that_is_of_another_type_is_noticed()
    {
        await using var github = await StartAsync();
        github.Server.After = static (_, reply) => reply with { Body = new JsonObject { ["data"] = new JsonObject { ["repository"] = new JsonObject { ["isArchived"] = "perhaps" } } } };

        using var response = await SendAsync(github, HttpMethod.Post, "graphql", """{"query":"{ repository(owner: \"acme\", name: \"proxy\") { isArchived } }"}""");

        Assert.Contains(github.TakeViolations(), static one => one.Contains("response: Boolean cannot represent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_violation_fails_whoever_disposes_of_the_server()
    {
        var github = await StartAsync();
        using var response = await SendAsync(github, HttpMethod.Get, "no/such/path");

        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => github.DisposeAsync().AsTask());
    }

    [Theory]
    [InlineData("PUT", "repos/acme/proxy/actions/secrets/NAME", """{"encrypted_value":"YWJj"}""")]
    [InlineData("GET", "repos/acme/proxy/no-such-thing", null)]
    [InlineData("POST", "graphql", """{"query":"{ noSuchField }"}""")]
    public async Task A_request_that_is_not_as_described_is_found_in_what_was_taken_down(string method, string path, string? body)
    {
        await DescriptionHouse.NeedAsync();
        await using var server = await GitHubDouble.StartAsync();
        server.Arrange(static state => state.Repository("acme/proxy"));
        var transcript = Transcript.Begin(server)!;
        using var fine = await Clients.SendAsync(server.Address, server.Operator.Token, HttpMethod.Get, Key);
        await transcript.CheckAsync();

        server.Break(new Fault("*", FaultKind.DropBefore));
        await Assert.ThrowsAsync<HttpRequestException>(() => Clients.SendAsync(server.Address, server.Operator.Token, new HttpMethod(method), path, body));

        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(transcript.CheckAsync);
    }

    [Fact]
    public async Task An_answer_that_is_not_as_described_is_found_in_what_was_taken_down()
    {
        var house = await DescriptionHouse.NeedAsync();

        var flaws = await house.JudgeAsync(new Exchange("GET", "/" + Key, new Dictionary<string, string>(), [], 200, """{"key_id":12,"key":"abc"}"""));

        Assert.Contains(flaws, static one => one.Contains("key_id must be string", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusals_and_faults_are_no_violations()
    {
        await using var github = await StartAsync();
        foreach (var kind in (FaultKind[])[FaultKind.ServerError, FaultKind.BadGateway])
        {
            github.Server.Break(new Fault("*", kind));
            using var failed = await SendAsync(github, HttpMethod.Get, Key);
            Assert.True(failed.StatusCode >= HttpStatusCode.InternalServerError);
        }

        github.Server.Break(new Fault("*", FaultKind.DropBefore));
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(github, HttpMethod.Get, Key));
        using var refused = await Clients.SendAsync(github.Address, "wrong", HttpMethod.Get, Key);
        using var missing = await SendAsync(github, HttpMethod.Get, "repos/acme/nothing");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (refused.StatusCode, missing.StatusCode));
        Assert.Empty(github.Violations);
    }

    private static async Task<DescribedGitHub> StartAsync()
    {
        var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy"));
        return github;
    }

    private static Task<HttpResponseMessage> SendAsync(DescribedGitHub github, HttpMethod method, string path, string? json = null) =>
        Clients.SendAsync(github.Address, github.Server.Operator.Token, method, path, json);

    private static Reply Without(Reply reply, string member)
    {
        var body = reply.Body!.DeepClone().AsObject();
        body.Remove(member);
        return reply with { Body = body };
    }
}
