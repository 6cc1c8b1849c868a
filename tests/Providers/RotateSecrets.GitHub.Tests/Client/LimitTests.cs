using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Client;

public sealed class LimitTests : GitHubTests
{
    [Theory]
    [InlineData(SecondaryAnswer.ForbiddenWithRetryAfter)]
    [InlineData(SecondaryAnswer.TooManyWithRetryAfter)]
    [InlineData(SecondaryAnswer.Forbidden)]
    [InlineData(SecondaryAnswer.Abuse)]
    public async Task A_secondary_limit_is_waited_for_however_it_is_said(SecondaryAnswer answer)
    {
        Server.Limits.Answer = answer;
        Server.Limits.RefuseNext = 2;
        var before = Time.GetUtcNow();

        await Doors.PutAsync(Store, "github:acme/proxy/JWT", "s3cret");

        Assert.InRange(Time.GetUtcNow() - before, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(9));
        Assert.Equal(1, Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!.Writes);
    }

    [Fact]
    public async Task The_hourly_limit_is_waited_for_until_the_hour_is_over()
    {
        Server.Limits.Leave(Server.Operator.Token, 1, TimeSpan.FromMinutes(5));
        await Doors.PutAsync(Store, "github:acme/proxy/JWT", "s3cret");
        Assert.Equal("s3cret", Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!.Text);
    }

    [Fact]
    public async Task A_limit_that_lasts_too_long_is_told_with_the_time_to_wait()
    {
        Server.Limits.Leave(Server.Operator.Token, 0, TimeSpan.FromMinutes(50));
        var failure = (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret")).Failure!;
        Assert.Equal(FailureCode.Throttled, failure.Code);
        Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromMinutes(40), TimeSpan.FromMinutes(51));
    }

    [Fact]
    public async Task A_limit_of_queries_is_waited_for_though_the_status_of_the_answer_is_200()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "CI", (".github/workflows/ci.yml", "on: push\njobs: { a: { runs-on: x, steps: [{ run: 'x ${{ secrets.JWT }}' }] } }\n")));
        Server.Limits.LeavePoints(Server.Operator.Token, 0, TimeSpan.FromMinutes(5));
        Assert.Single(await Doors.ValuesAsync(Connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/JWT"), Cancellation)));
        Assert.Equal(1, Server.Limits.PrimaryHits);
    }

    [Fact]
    public async Task A_limit_of_queries_that_lasts_too_long_is_told_at_once_and_not_asked_for_in_smaller_pieces()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "CI", (".github/workflows/ci.yml", "on: push\njobs: {}\n")));
        Server.Limits.LeavePoints(Server.Operator.Token, 0, TimeSpan.FromMinutes(50));
        var found = new List<Failure?>();
        await foreach (var one in Connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/JWT"), Cancellation))
        {
            found.Add(one.Failure);
        }

        Assert.Equal(FailureCode.Throttled, Assert.Single(found)!.Code);
        Assert.InRange(found[0]!.RetryAfter!.Value, TimeSpan.FromMinutes(40), TimeSpan.FromMinutes(51));
        Assert.Equal(1, Server.Limits.PrimaryHits);
    }

    [Fact]
    public async Task A_server_that_asks_to_wait_no_time_is_not_asked_without_end()
    {
        var asked = 0;
        Server.Before = question => question.Route.Name.EndsWith("public-key", StringComparison.Ordinal) && ++asked > 0 ? Reply.Error(429, "Slow down", ("Retry-After", "0")) : null;
        Assert.Equal(FailureCode.Throttled, (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret")).Failure!.Code);
        Assert.InRange(asked, 2, 700);
    }

    [Theory]
    [InlineData(FaultKind.ServerError)]
    [InlineData(FaultKind.BadGateway)]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task A_read_that_fails_is_made_again(FaultKind kind)
    {
        Server.Break(new Fault("GET /repos/{owner}/{repo}/actions/secrets/public-key", kind, Times: 2));
        await Doors.PutAsync(Store, "github:acme/proxy/JWT", "s3cret");
    }

    [Theory]
    [InlineData(FaultKind.HalfAnswer)]
    [InlineData(FaultKind.ServerError)]
    public async Task An_answer_that_is_none_is_a_failure_and_no_exception(FaultKind kind)
    {
        Server.Break(new Fault("GET /repos/{owner}/{repo}/actions/secrets/public-key", kind, Times: 50));
        var failure = (await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret")).Failure!;
        Assert.Equal((FailureCode.StoreUnavailable, Effect.None), (failure.Code, failure.Effect));
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_at_once()
    {
        Server.Limits.RefuseNext = 1000;
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CheckAccessAsync(null, Stores.StoreAccess.Write, cancelled.Token));
    }
}
