using System.Net;
using Microsoft.Extensions.Time.Testing;
using RotateSecrets.Peers.GitHub;
using RotateSecrets.Peers.GitHub.Http;

namespace RotateSecrets.GitHub.Tests.Description.Endpoints;

/// <summary>The double's limits, which are the documented ones.</summary>
public sealed class LimitTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_has_not_changed_costs_nothing_and_what_has_is_sent_again()
    {
        await using var github = await DescribedGitHub.StartAsync();
        github.Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Begin", ("a", "a")));
        using var first = await GetAsync(github.Address, github.Server, "repos/acme/proxy/branches");
        var tag = first.Headers.ETag!.ToString();

        using var same = await GetAsync(github.Address, github.Server, "repos/acme/proxy/branches", ("If-None-Match", tag));
        github.Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Change", ("a", "b")));
        using var changed = await GetAsync(github.Address, github.Server, "repos/acme/proxy/branches", ("If-None-Match", tag));

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK), (same.StatusCode, changed.StatusCode));
        Assert.Equal((Left(first), Left(first) - 1), (Left(same), Left(changed)));
    }

    [Fact]
    public async Task After_the_last_request_of_an_hour_the_next_is_refused_until_the_hour_ends()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await StartAsync(time);
        server.Limits.Leave(server.Operator.Token, 1, TimeSpan.FromMinutes(5));

        using var last = await GetAsync(server.Address, server, "user");
        using var refused = await GetAsync(server.Address, server, "user");
        using var free = await GetAsync(server.Address, server, "rate_limit");
        time.Advance(TimeSpan.FromMinutes(5));
        using var again = await GetAsync(server.Address, server, "user");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.OK), (last.StatusCode, refused.StatusCode, free.StatusCode, again.StatusCode));
        Assert.Equal(0, Left(refused));
        Assert.Equal($"{Start.AddMinutes(5).ToUnixTimeSeconds()}", refused.Headers.GetValues("x-ratelimit-reset").Single());
    }

    [Theory]
    [InlineData(SecondaryAnswer.ForbiddenWithRetryAfter, 403, true)]
    [InlineData(SecondaryAnswer.TooManyWithRetryAfter, 429, true)]
    [InlineData(SecondaryAnswer.Forbidden, 403, false)]
    [InlineData(SecondaryAnswer.Abuse, 403, false)]
    public async Task The_eighty_first_write_of_a_minute_is_refused_in_each_of_GitHubs_ways(SecondaryAnswer answer, int status, bool saysWhen)
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await StartAsync(time);
        server.Limits.Answer = answer;
        for (var i = 0; i < 80; i++)
        {
            using var written = await WriteAsync(server);
            Assert.Equal(HttpStatusCode.Created, written.StatusCode);
        }

        using var refused = await WriteAsync(server);
        time.Advance(TimeSpan.FromMinutes(1));
        using var again = await WriteAsync(server);

        Assert.Equal((status, 201, 1), ((int)refused.StatusCode, (int)again.StatusCode, server.Limits.SecondaryHits));
        Assert.Equal(saysWhen, refused.Headers.RetryAfter?.Delta == TimeSpan.FromMinutes(1));
        Assert.True(saysWhen || (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)) is var text && (text.Contains("secondary rate limit", StringComparison.Ordinal) || text.Contains("abuse detection", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_write_costs_five_points_of_the_nine_hundred_of_a_minute()
    {
        await using var server = await StartAsync(new FakeTimeProvider(Start));
        server.Limits.PointsAMinute = 11;

        using var one = await WriteAsync(server);
        using var two = await WriteAsync(server);
        using var read = await GetAsync(server.Address, server, "user");
        using var tooMuch = await GetAsync(server.Address, server, "user");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Forbidden), (two.StatusCode, read.StatusCode, tooMuch.StatusCode));
    }

    [Fact]
    public async Task What_is_under_way_at_a_time_is_counted()
    {
        await using var server = await StartAsync(TimeProvider.System);
        server.Break(new Fault("GET /user", FaultKind.Slow, 4) { Delay = TimeSpan.FromMilliseconds(200) });

        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => GetAsync(server.Address, server, "user")));

        Assert.All(responses, static response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.InRange(server.Requests.MostInFlight, 2, 4);
        Array.ForEach(responses, static response => response.Dispose());
    }

    private static async Task<GitHubDouble> StartAsync(TimeProvider time)
    {
        var server = await GitHubDouble.StartAsync(time);
        server.Arrange(static state => state.Repository("acme/proxy"));
        return server;
    }

    private static Task<HttpResponseMessage> GetAsync(Uri root, GitHubDouble server, string path, params (string, string)[] headers) =>
        Clients.SendAsync(root, server.Operator.Token, HttpMethod.Get, path, null, headers);

    private static Task<HttpResponseMessage> WriteAsync(GitHubDouble server) =>
        Clients.SendAsync(server.Address, server.Operator.Token, HttpMethod.Post, "repos/acme/proxy/git/blobs", """{"content":"x"}""");

    private static int Left(HttpResponseMessage response) => int.Parse(response.Headers.GetValues("x-ratelimit-remaining").Single());
}
