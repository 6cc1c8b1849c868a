using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.GitHub.Tests.Store;

public sealed class WriteTests : GitHubTests
{
    [Theory]
    [InlineData("github:acme/proxy/JWT")]
    [InlineData("github:acme/proxy/environments/staging/JWT")]
    [InlineData("github:orgs/acme/JWT")]
    [InlineData("github:dependabot/acme/proxy/JWT")]
    [InlineData("github:dependabot/orgs/acme/JWT")]
    [InlineData("github:codespaces/acme/proxy/JWT")]
    [InlineData("github:codespaces/orgs/acme/JWT")]
    [InlineData("github:acme/proxy/environments/eu/west%23 1/JWT")]
    public async Task Each_scope_opens_what_was_sealed_for_it(string address)
    {
        Server.Arrange(static state =>
        {
            state.Repository("acme/proxy").Environment("staging");
            state.Repository("acme/proxy").Environment("eu/west# 1");
        });

        await Doors.PutAsync(Store, address, "s3cret\n");

        var stored = Server.Ask(state => All(state).Single());
        Assert.Equal(("s3cret\n", false), (stored.Text, stored.IsGarbage));
    }

    [Fact]
    public async Task A_key_that_changes_between_two_writes_is_fetched_again()
    {
        await Doors.PutAsync(Store, "github:acme/proxy/JWT", "one");
        Server.Arrange(static state => state.Repository("acme/proxy").Secrets().ChangeKey());
        await Doors.PutAsync(Store, "github:acme/proxy/JWT", "two");

        var stored = Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!;
        Assert.Equal(("two", false), (stored.Text, stored.IsGarbage));
    }

    [Fact]
    public async Task A_line_break_at_the_end_is_written_and_mentioned()
    {
        Assert.Contains("line break", Assert.Single((await Doors.PutAsync(Store, "github:acme/proxy/JWT", "s3cret\n")).Findings), StringComparison.Ordinal);
        Assert.Equal("s3cret\n", Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!.Text);
    }

    [Fact]
    public async Task Who_may_have_an_organisations_secret_stays_as_it_was_and_so_for_a_candidate_beside_it()
    {
        long[] ids = [];
        Server.Arrange(state =>
        {
            ids = [state.Repository("acme/proxy").Id, state.Repository("acme/web").Id];
            var secret = state.Organization("acme").Secrets().Put("JWT", "old");
            secret.Visibility = SecretVisibility.Selected;
            secret.Selected.UnionWith(ids);
        });

        await Doors.PutAsync(Store, "github:orgs/acme/JWT_NEW", "new");
        await Doors.PutAsync(Store, "github:orgs/acme/JWT", "new");

        foreach (var name in (string[])["JWT", "JWT_NEW"])
        {
            var secret = Stored(static state => state.Organization("acme").Secrets(), name)!;
            Assert.Equal(("new", SecretVisibility.Selected), (secret.Text, secret.Visibility));
            Assert.Equal(ids, secret.Selected);
        }
    }

    [Fact]
    public async Task An_audience_that_somebody_changed_meanwhile_is_noticed()
    {
        Server.Arrange(static state =>
        {
            var secret = state.Organization("acme").Secrets().Put("JWT", "old");
            secret.Visibility = SecretVisibility.Selected;
            secret.Selected.Add(state.Repository("acme/proxy").Id);
        });
        Server.After = static (question, reply) =>
        {
            if (question.Route.Name.StartsWith("PUT ", StringComparison.Ordinal))
            {
                question.Organization.Secrets().Find("JWT")!.Selected.Clear();
            }

            return reply;
        };

        var failure = (await Doors.TryPutAsync(Store, "github:orgs/acme/JWT", "new")).Failure!;
        Assert.Equal((FailureCode.VersionConflict, Effect.Unknown), (failure.Code, failure.Effect));
    }

    [Fact]
    public async Task Somebody_else_who_writes_right_afterwards_is_noticed()
    {
        Server.After = (question, reply) =>
        {
            if (question.Route.Name.StartsWith("PUT ", StringComparison.Ordinal))
            {
                Time.Leap(TimeSpan.FromSeconds(10));
                question.Repository.Secrets().Put("JWT", "somebody else's");
                Time.Leap(TimeSpan.FromSeconds(-10));
            }

            return reply;
        };
        Assert.Equal(FailureCode.VersionConflict, (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "new")).Failure?.Code);
    }

    [Theory]
    [InlineData(FaultKind.DropAfter)]
    [InlineData(FaultKind.BadGatewayAfter)]
    [InlineData(FaultKind.HalfAnswer)]
    public async Task A_write_whose_answer_was_lost_is_found_again_by_its_token_in_another_session(FaultKind kind)
    {
        var before = await Doors.PutAsync(Store, "github:acme/proxy/JWT", "old");
        Time.Leap(TimeSpan.FromMinutes(1));
        Server.Break(new Fault("PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}", kind));
        var lost = (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "new", before.Id, "token-1")).Failure;

        var again = await Doors.PutAsync((await ConnectAsync()).Store, "github:acme/proxy/JWT", "new", before.Id, "token-1");

        var stored = Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!;
        Assert.Equal(("new", 2, "token-1"), (stored.Text, stored.Writes, again.Token));
        Assert.True(lost is null or { Effect: Effect.Unknown }, lost?.ToString());
    }

    [Fact]
    public async Task A_write_that_never_arrived_is_made_when_it_is_repeated()
    {
        var before = await Doors.PutAsync(Store, "github:acme/proxy/JWT", "old");
        Server.Break(new Fault("PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}", FaultKind.DropBefore));
        Assert.Equal(Effect.Unknown, (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "new", before.Id, "token-1")).Failure?.Effect);

        await Doors.PutAsync(Store, "github:acme/proxy/JWT", "new", before.Id, "token-1");
        Assert.Equal("new", Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!.Text);
    }

    [Fact]
    public async Task A_secret_takes_three_requests_and_a_hundred_of_them_hit_no_limit()
    {
        Server.Arrange(static state => Enumerable.Range(0, 100).ToList().ForEach(number => state.Repository($"acme/service-{number}")));

        for (var number = 0; number < 100; number++)
        {
            await Doors.PutAsync(Store, $"github:acme/service-{number}/JWT", "s3cret");
        }

        Assert.InRange(Server.Requests.All.Count, 1, 300);
        Assert.Equal((0, 0), (Server.Limits.SecondaryHits, Server.Limits.PrimaryHits));
        Assert.All(Server.Ask(static state => state.Repositories.Where(static one => one.Name != "proxy").Select(static one => one.Secrets().Find("JWT")!.Text).ToList()), static text => Assert.Equal("s3cret", text));
    }

    [Fact]
    public async Task Writes_go_one_by_one_however_many_are_asked_for_at_once()
    {
        var most = 0;
        var writing = 0;
        Server.Before = question =>
        {
            if (question.Route.Name.StartsWith("PUT ", StringComparison.Ordinal))
            {
                most = Math.Max(most, Interlocked.Increment(ref writing));
                Interlocked.Decrement(ref writing);
            }

            return null;
        };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Doors.PutAsync(Store, $"github:acme/proxy/JWT_{number}", "s3cret")));

        var times = Server.Requests.All.Where(static one => one.Route.StartsWith("PUT ", StringComparison.Ordinal)).Select(static one => one.At).Order().ToList();
        Assert.Equal((20, 1), (times.Count, most));
        Assert.All(times.Zip(times.Skip(1)), static pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMilliseconds(900), $"{pair.Second - pair.First}"));
    }

    [Fact]
    public async Task Secrets_of_a_scope_are_listed_with_their_addresses()
    {
        Server.Arrange(static state =>
        {
            for (var number = 0; number < 150; number++)
            {
                state.Repository("acme/proxy").Secrets().Put($"JWT_{number:D3}", "x");
            }

            state.Repository("acme/proxy").Secrets().Put("OTHER", "x");
        });

        Assert.Equal(150, (await Doors.ValuesAsync(Store.ListAsync("acme/proxy/JWT_", Cancellation))).Count);
        Assert.Equal(151, (await Doors.ValuesAsync(Store.ListAsync("acme/proxy/", Cancellation))).Count);
        Assert.Equal("github:acme/proxy/JWT_000", (await Doors.ValuesAsync(Store.ListAsync("acme/proxy/", Cancellation)))[0].Address.ToString());
    }

    private static IEnumerable<StoredSecret> All(GitHubState state)
    {
        var uses = Enum.GetValues<SecretUse>();
        var organization = state.Organization("acme");
        var repository = state.Repository("acme/proxy");
        return uses.SelectMany(use => organization.Secrets(use).All).Concat(uses.SelectMany(use => repository.Secrets(use).All)).Concat(repository.Environments.Values.SelectMany(static one => one.Secrets.All));
    }
}
