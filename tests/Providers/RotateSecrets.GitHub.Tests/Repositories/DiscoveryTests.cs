using RotateSecrets.Consumers;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Tests.Repositories;

public sealed class DiscoveryTests : GitHubTests
{
    private const string Deploy = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: deploy\n        env:\n          JWT: ${{ secrets.JWT }}\n";
    private const string Idle = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: test\n";

    private static readonly SecretAddress Secret = SecretAddress.Parse("github:orgs/acme/JWT");

    [Fact]
    public async Task An_organisation_takes_at_most_two_requests_a_repository_and_one_conditional_one_the_next_time()
    {
        const int repositories = 500;
        Server.Arrange(static state =>
        {
            state.Organization("acme").Secrets().Put("JWT", "old");
            for (var number = 0; number < repositories - 1; number++)
            {
                state.Repository($"acme/service-{number}").Commit(
                    "main", "Begin", Enumerable.Range(0, 6).Select(file => ($".github/workflows/w{file}.yml", file == 0 && number % 10 == 0 ? Deploy : Idle + $"# {number} {file}\n")).ToArray());
            }
        });

        Assert.Equal(50, (await FindAsync(Connection)).Count);
        Assert.InRange(Server.Requests.All.Count, 1, 2 * repositories);
        Assert.InRange(Server.Requests.MostInFlight, 1, 100);

        // Two sessions in one minute don't know of each other's requests.
        Time.Leap(TimeSpan.FromMinutes(1));
        Server.Requests.Forget();
        Assert.Equal(50, (await FindAsync(await ConnectAsync())).Count);
        Assert.InRange(Server.Requests.Count("POST /graphql"), 1, repositories / 50);
        Assert.Equal(50, Server.Requests.Unchanged);
        Assert.Equal(50, Server.Requests.All.Count(static one => one.Route.Contains("{repo}", StringComparison.Ordinal)));
        Assert.Equal(0, Server.Limits.SecondaryHits);
    }

    [Fact]
    public async Task What_was_changed_since_is_seen_the_next_time()
    {
        Server.Arrange(static state =>
        {
            state.Organization("acme").Secrets().Put("JWT", "old");
            state.Repository("acme/proxy").Commit("main", "Idle", (".github/workflows/deploy.yml", Idle));
        });
        Assert.Empty(await FindAsync(Connection));

        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy)));
        Assert.Equal("deploy.yml", Assert.Single(await FindAsync(await ConnectAsync())).Name);
    }

    [Fact]
    public async Task Every_branch_that_can_run_is_searched_the_default_one_first()
    {
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("a-branch", "Deploy", (".github/workflows/deploy.yml", Deploy));
            repository.Commit("main", "Deploy", (".github/workflows/deploy.yaml", Deploy));
            repository.Commit("rotatesecrets/1/A-to-B/main", "Proposed", (".github/workflows/deploy.yml", Deploy));
        });

        var found = await Doors.ValuesAsync(Connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/JWT"), Cancellation));

        Assert.Equal(["deploy.yaml", "deploy.yml@a-branch"], found.Select(static consumer => consumer.Name));
        Assert.Equal(".github/workflows/deploy.yaml@main:8:28, job build", Assert.Single(found[0].References).Location);
        Assert.Equal(Uptake.NextRun, found[0].Uptake);
    }

    [Fact]
    public async Task Branches_that_may_not_deploy_to_an_environment_dont_get_its_secrets()
    {
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Environment("prod").Branches = ["main", "release/*"];
            var deploy = Deploy.Replace("    runs-on", "    environment: prod\n    runs-on", StringComparison.Ordinal);
            foreach (var branch in (string[])["main", "release/1", "feature"])
            {
                repository.Commit(branch, "Deploy", (".github/workflows/deploy.yml", deploy));
            }
        });

        var found = await Doors.ValuesAsync(Connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/environments/prod/JWT"), Cancellation));

        Assert.Equal(["deploy.yml", "deploy.yml@release/1"], found.Select(static consumer => consumer.Name));
    }

    [Theory]
    [InlineData(false, false, true, "github:orgs/acme/JWT")]
    [InlineData(false, true, true, "github:acme/proxy/JWT")]
    [InlineData(true, true, true, "github:acme/proxy/environments/prod/JWT")]
    [InlineData(true, false, false, "github:acme/proxy/environments/prod/JWT")]
    public async Task A_job_gets_the_secret_of_the_innermost_scope_that_has_one(bool inEnvironment, bool inRepository, bool inOrganization, string expected)
    {
        Server.Arrange(state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy.Replace("    runs-on", "    environment: prod\n    runs-on", StringComparison.Ordinal)));
            repository.Environment("prod");
            Put(inEnvironment, repository.Environment("prod").Secrets);
            Put(inRepository, repository.Secrets());
            Put(inOrganization, repository.Owner.Secrets());
        });

        foreach (var address in (string[])["github:orgs/acme/JWT", "github:acme/proxy/JWT", "github:acme/proxy/environments/prod/JWT"])
        {
            var exists = address switch
            {
                "github:orgs/acme/JWT" => inOrganization,
                "github:acme/proxy/JWT" => inRepository,
                _ => inEnvironment,
            };
            var found = exists ? await Doors.ValuesAsync(Connection.Sources[0].FindAsync(SecretAddress.Parse(address), Cancellation)) : [];
            Assert.Equal(address == expected ? 1 : 0, found.Count);
        }

        static void Put(bool isThere, SecretShelf shelf)
        {
            if (isThere)
            {
                shelf.Put("JWT", "x");
            }
        }
    }

    [Fact]
    public async Task Repositories_that_may_not_have_an_organisations_secret_are_left_out()
    {
        Server.Arrange(static state =>
        {
            foreach (var name in (string[])["acme/proxy", "acme/web", "acme/open", "acme/old"])
            {
                state.Repository(name).Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy));
            }

            state.Repository("acme/open").IsPrivate = false;
            state.Repository("acme/old").IsArchived = true;
            state.Organization("acme").Secrets().Put("JWT", "x").Visibility = SecretVisibility.Private;
        });
        Assert.Equal(["acme/proxy", "acme/web"], (await FindAsync(Connection)).Select(static one => one.Scope).Order(StringComparer.Ordinal));

        Server.Arrange(static state =>
        {
            var secret = state.Organization("acme").Secrets().Find("JWT")!;
            secret.Visibility = SecretVisibility.Selected;
            secret.Selected.Add(state.Repository("acme/web").Id);
        });
        Assert.Equal("acme/web", Assert.Single(await FindAsync(Connection)).Scope);
    }

    [Fact]
    public async Task A_workflow_that_is_no_YAML_is_reported_and_the_others_go_on()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Commit(
            "main", "Deploy", (".github/workflows/a.yml", "on: push\njobs:\n  build:\n   steps: [\n  JWT: ${{ secrets.JWT }}\n"), (".github/workflows/b.yml", Deploy)));
        var outcomes = new List<Outcome<Consumer>>();
        await foreach (var outcome in Connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/JWT"), Cancellation))
        {
            outcomes.Add(outcome);
        }

        var failure = Assert.Single(outcomes.Select(static outcome => outcome.Failure).OfType<Failure>());
        Assert.Equal(FailureCode.DocumentInvalid, failure.Code);
        Assert.Contains("a.yml", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal("b.yml", Doors.Value(Assert.Single(outcomes, static outcome => outcome.Failure is null)).Name);
    }

    [Fact]
    public async Task A_repository_that_cant_be_read_is_reported_and_the_others_go_on()
    {
        Server.Arrange(static state =>
        {
            state.Organization("acme").Secrets().Put("JWT", "x");
            state.Repository("acme/web").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy));
        });
        var token = string.Empty;
        Server.Arrange(state =>
        {
            var credential = state.FineGrained("metadata=read", "contents=read", "secrets=read", "organization_secrets=read");
            (credential.Repositories, token) = (["acme/web"], credential.Token);
            state.Organization("acme").Secrets().Find("JWT")!.Visibility = SecretVisibility.Selected;
            state.Organization("acme").Secrets().Find("JWT")!.Selected.UnionWith([state.Repository("acme/web").Id, state.Repository("acme/proxy").Id]);
        });
        var connection = await ConnectAsync(token);

        var outcomes = new List<Outcome<Consumer>>();
        await foreach (var outcome in connection.Sources[0].FindAsync(Secret, Cancellation))
        {
            outcomes.Add(outcome);
        }

        Assert.Equal(FailureCode.AccessDenied, Assert.Single(outcomes.Select(static outcome => outcome.Failure).OfType<Failure>()).Code);
        Assert.Single(outcomes, static outcome => outcome.Failure is null);
    }

    [Fact]
    public async Task Why_nothing_can_be_read_is_told_as_what_it_is()
    {
        var address = SecretAddress.Parse("github:acme/proxy/JWT");
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy)));
        var denied = await FailureAsync(await ConnectAsync(TokenWith("metadata=read", "secrets=read")), address);
        Assert.Equal(FailureCode.AccessDenied, denied.Code);
        Assert.Contains("GET /repos/{owner}/{repo}/branches takes the permission Contents: read", denied.Message, StringComparison.Ordinal);

        var missing = await FailureAsync(Connection, SecretAddress.Parse("github:acme/nothing/JWT"));
        Assert.Equal(FailureCode.AccessDenied, missing.Code);
        Assert.Contains("404 to both", missing.Message, StringComparison.Ordinal);

        Server.Arrange(static state => state.Organization("acme").RequiresSso = true);
        var unauthorised = await FailureAsync(Connection, address);
        Assert.Equal(FailureCode.AccessDenied, unauthorised.Code);
        Assert.Contains("single sign-on", unauthorised.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("authorization_request", unauthorised.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_runs_in_an_archived_repository()
    {
        Server.Arrange(static state =>
        {
            state.Repository("acme/proxy").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy));
            state.Repository("acme/proxy").IsArchived = true;
        });
        Assert.Empty(await Doors.ValuesAsync(Connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/JWT"), Cancellation)));
        Server.Arrange(static state => state.Repository("acme/proxy").IsArchived = false);
        Assert.Single(await Doors.ValuesAsync((await ConnectAsync()).Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/JWT"), Cancellation)));
    }

    [Fact]
    public async Task A_server_that_cant_answer_as_much_at_once_is_asked_for_less()
    {
        Server.Arrange(static state =>
        {
            state.Organization("acme").Secrets().Put("JWT", "old");
            for (var number = 0; number < 12; number++)
            {
                state.Repository($"acme/service-{number}").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy + $"# {number}\n"));
            }
        });
        Server.Before = static question => question.Route.Name == "POST /graphql" && question.Text("query")!.Split("repository(").Length > 5
            ? Peers.GitHub.Http.Reply.Error(502, "Something went wrong while executing your query.") : null;
        Assert.Equal(12, (await FindAsync(Connection)).Count);
    }

    [Fact]
    public async Task Branches_by_the_hundred_are_all_searched_and_the_next_time_none_is_read_again()
    {
        Server.Arrange(static state =>
        {
            for (var number = 0; number < 250; number++)
            {
                state.Repository("acme/proxy").Commit($"b{number:D3}", "Deploy", (".github/workflows/deploy.yml", Deploy + $"# {number}\n"));
            }
        });
        var address = SecretAddress.Parse("github:acme/proxy/JWT");
        Assert.Equal(250, (await Doors.ValuesAsync(Connection.Sources[0].FindAsync(address, Cancellation))).Count);
        Server.Requests.Forget();
        Assert.Equal(250, (await Doors.ValuesAsync((await ConnectAsync()).Sources[0].FindAsync(address, Cancellation))).Count);
        Assert.Equal(3, Server.Requests.Count("POST /graphql"));
    }

    [Fact]
    public async Task Only_protected_branches_get_the_secrets_of_an_environment_that_wants_that()
    {
        Server.Arrange(static state =>
        {
            var repository = state.Repository("acme/proxy");
            repository.Environment("prod").OnlyProtectedBranches = true;
            repository.ProtectedBranches.Add("main");
            foreach (var branch in (string[])["main", "feature"])
            {
                repository.Commit(branch, "Deploy", (".github/workflows/deploy.yml", Deploy.Replace("    runs-on", "    environment: prod\n    runs-on", StringComparison.Ordinal)));
            }
        });
        var found = await Doors.ValuesAsync(Connection.Sources[0].FindAsync(SecretAddress.Parse("github:acme/proxy/environments/prod/JWT"), Cancellation));
        Assert.Equal("deploy.yml", Assert.Single(found).Name);
    }

    [Fact]
    public async Task A_damaged_cache_is_read_anew()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy)));
        var address = SecretAddress.Parse("github:acme/proxy/JWT");
        Assert.Single(await Doors.ValuesAsync(Connection.Sources[0].FindAsync(address, Cancellation)));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "repositories"), "*.json", SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(file, """{"Form":1,"Snapshot":{"Repository":"acme/proxy","DefaultBranch":"main","Branches":[null],"Blobs":{}}}""", Cancellation);
        }

        Assert.Single(await Doors.ValuesAsync((await ConnectAsync()).Sources[0].FindAsync(address, Cancellation)));
    }

    [Fact]
    public async Task All_secrets_of_an_owner_are_found_where_none_is_named()
    {
        Server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Deploy", (".github/workflows/deploy.yml", Deploy + "          KEY: ${{ secrets['API_KEY'] }}\n")));
        var connection = await ConnectAsync(null, ("Owner", "acme"));
        Assert.Equal(
            ["github:acme/proxy/API_KEY", "github:acme/proxy/JWT"],
            (await Doors.ValuesAsync(connection.Sources[0].FindAsync(null, Cancellation))).Select(static one => one.Address.ToString()).Order(StringComparer.Ordinal));
        Assert.Empty(await Doors.ValuesAsync(Connection.Sources[0].FindAsync(null, Cancellation)));
    }

    private static async Task<Failure> FailureAsync(Providers.Connection connection, SecretAddress address)
    {
        var outcomes = new List<Outcome<Consumer>>();
        await foreach (var outcome in connection.Sources[0].FindAsync(address, Cancellation))
        {
            outcomes.Add(outcome);
        }

        return Assert.Single(outcomes).Failure!;
    }

    private static Task<List<Consumer>> FindAsync(Providers.Connection connection) => Doors.ValuesAsync(connection.Sources[0].FindAsync(Secret, Cancellation));
}
