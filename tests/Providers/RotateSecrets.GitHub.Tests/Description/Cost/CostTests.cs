using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Description.Cost;

/// <summary>How many requests work on a large organisation takes, as the server counts them.</summary>
public sealed class CostTests : GitHubTests
{
    private const int Repositories = 500;
    private const int WorkflowsEach = 6;
    private const int Using = 50;

    /// <summary>How many requests the whole takes: the list of repositories, the secret, and by 60 repositories those for heads and for files.</summary>
    private const int Shared = 30;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(40, 0)]
    [InlineData(40, 15)]
    public async Task Five_hundred_repositories_with_three_thousand_workflows_take_two_requests_each_and_then_one_that_costs_nothing(int withEnvironment, int covered)
    {
        Arrange(withEnvironment, covered);

        var first = await FindAsync(Connection);
        var paid = Server.Requests.All;
        Assert.Equal(Using - covered, first.Count);
        Assert.All(first.SelectMany(static one => one.References), static reference => Assert.Equal("Expression", reference.Kind));
        Assert.Equal(Using, PerRepository(paid).Count);
        Assert.All(PerRepository(paid), static one => Assert.InRange(one.Count, 1, 2));
        Assert.InRange(paid.Count - PerRepository(paid).Sum(static one => one.Count), 1, Shared);
        Assert.InRange(Server.Requests.MostInFlight, 1, Server.Limits.AtATime);

        // Two sessions in one minute don't know of each other's requests.
        Time.Leap(TimeSpan.FromMinutes(1));
        Server.Requests.Forget();
        Assert.Equal(first.Select(static one => one.Scope), (await FindAsync(await ConnectAsync())).Select(static one => one.Scope));
        Assert.Equal(Using, Server.Requests.Unchanged);
        Assert.All(PerRepository(Server.Requests.All), static one => Assert.Equal((1, 304), (one.Count, one.Status)));
        Assert.InRange(Server.Requests.All.Count - Using, 1, Shared);
        Assert.Equal((0, 0), (Server.Limits.SecondaryHits, Server.Limits.PrimaryHits));
    }

    [Fact]
    public async Task A_secret_in_a_hundred_repositories_takes_three_requests_each_one_write_at_a_time_within_the_limits()
    {
        var writing = 0;
        var most = 0;
        Server.Arrange(static state =>
        {
            for (var i = 0; i < 100; i++)
            {
                state.Repository($"acme/r{i}").Secrets().Put("JWT", "old");
            }
        });
        Server.Before = question =>
        {
            most = Math.Max(most, question.Route.IsWrite ? Interlocked.Increment(ref writing) : 0);
            return null;
        };
        Server.After = (question, reply) =>
        {
            Interlocked.Add(ref writing, question.Route.IsWrite ? -1 : 0);
            return reply;
        };

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Doors.PutAsync(Store, $"github:acme/r{i}/JWT", "new")));

        var written = PerRepository(Server.Requests.All);
        Assert.Equal(100, written.Count);
        Assert.All(written, static one => Assert.InRange(one.Count, 1, 3));
        Assert.Equal((100, 1, 0), (Server.Requests.Writes, most, Server.Limits.SecondaryHits));
        var moments = Server.Requests.All.Where(static one => one.Route.StartsWith("PUT ", StringComparison.Ordinal)).Select(static one => one.At).Order().ToList();
        Assert.All(moments.Zip(moments.Skip(1)), static pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(0.99), $"{pair.First:O} {pair.Second:O}"));
    }

    [Fact]
    public async Task A_secret_that_covers_the_organisations_since_the_last_time_is_seen_and_so_is_one_that_is_gone()
    {
        Arrange(2, 2);
        Assert.Equal(Using - 2, (await FindAsync(Connection)).Count);
        Server.Arrange(static state =>
        {
            state.Repository("acme/service-0").Environment("prod").Secrets.Remove("JWT");
            state.Repository("acme/service-20").Secrets().Put("JWT", "own");
            state.Repository("acme/service-30").Secrets().Put("JWT", "own");
        });
        var now = await FindAsync(await ConnectAsync());
        Assert.Equal(Using - 3, now.Count);
        Assert.Contains(now, static one => one.Scope == "acme/service-0");
        Assert.DoesNotContain(now, static one => one.Scope is "acme/service-10" or "acme/service-20" or "acme/service-30");
    }

    // Jobs with an environment, and of those the environments that have a secret of their own.
    private void Arrange(int withEnvironment, int covered) => Server.Arrange(state =>
    {
        state.Organization("acme").Secrets().Put("JWT", "old");
        for (var number = 0; number < Repositories - 1; number++)
        {
            state.Repository($"acme/service-{number}").Commit(
                "main", "Begin", Enumerable.Range(0, WorkflowsEach).Select(file => ($".github/workflows/w{file}.yml", Workflow(number, file, file == 0 && number % 10 == 0 && number / 10 < Using, number / 10 < withEnvironment))).ToArray());
            if (number % 10 == 0 && number / 10 < covered)
            {
                state.Repository($"acme/service-{number}").Environment("prod").Secrets.Put("JWT", "other");
            }
        }
    });

    // Some 4 KB.
    private static string Workflow(int number, int file, bool isUsing, bool hasEnvironment) => $"name: W{file} of {number}\non: push\njobs:\n  build:\n{(hasEnvironment ? "    environment: prod\n" : string.Empty)}    runs-on: ubuntu-latest\n    steps:\n"
        + string.Concat(Enumerable.Range(0, 50).Select(static step => $"      - name: Step {step}\n        run: make target-{step} OPTION=value-{step} # and so on\n"))
        + $"      - run: deploy\n        env:\n          TOKEN: ${{{{ secrets.{(isUsing ? "JWT" : "OTHER")} }}}}\n"
        + (hasEnvironment ? string.Concat(Enumerable.Range(0, 3).Select(job => $"  deploy{job}:\n    environment: prod\n    runs-on: ubuntu-latest\n    steps:\n      - run: deploy ${{{{ secrets.{(isUsing ? "JWT" : "OTHER")} }}}}\n")) : string.Empty);

    private static List<(string Repository, int Count, int Status)> PerRepository(IEnumerable<Logged> requests) => [.. requests
        .Where(static one => one.Route.Contains("/repos/{owner}/{repo}", StringComparison.Ordinal))
        .GroupBy(static one => one.Path.Split('/', '?')[3], StringComparer.Ordinal)
        .Select(static group => (group.Key, group.Count(), group.Max(static one => one.Status)))];

    private static async Task<List<Consumer>> FindAsync(Providers.Connection connection) =>
        await Doors.ValuesAsync(connection.Sources[0].FindAsync(SecretAddress.Parse("github:orgs/acme/JWT"), Cancellation));
}
