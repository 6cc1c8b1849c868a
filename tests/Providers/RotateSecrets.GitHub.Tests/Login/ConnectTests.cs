using System.Security.Cryptography;
using RotateSecrets.GitHub.Login;
using RotateSecrets.GitHub.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.State;
using RotateSecrets.Providers;
using RotateSecrets.Stores;

namespace RotateSecrets.GitHub.Tests.Login;

public sealed class ConnectTests : GitHubTests
{
    [Theory]
    [InlineData("GH_TOKEN")]
    [InlineData("GITHUB_TOKEN")]
    [InlineData("GH_ENTERPRISE_TOKEN")]
    public async Task A_token_comes_from_the_environment_where_none_is_given(string name)
    {
        var outcome = await Doors.TryConnectAsync(Server.Address.ToString(), null, Time, Doors.Environment(Folder, null, (name, Server.Operator.Token + "\n")));
        await using var connection = Doors.Value(outcome);
        await Doors.PutAsync(connection.Store, "github:acme/proxy/JWT", "s3cret");
    }

    [Fact]
    public async Task A_token_comes_from_the_gh_program_where_the_environment_has_none()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The stand-in for gh is a shell script.");
            return;
        }

        var program = Path.Combine(Folder, "gh");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n[ \"$1 $2 $3\" = 'auth token --hostname' ] && [ \"$4\" = '{Server.Address.Authority}' ] && echo {Server.Operator.Token}\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        await using var connection = Doors.Value(await Doors.TryConnectAsync(Server.Address.ToString(), null, Time, Doors.Environment(Folder, program)));
        await Doors.PutAsync(connection.Store, "github:acme/proxy/JWT", "s3cret");
    }

    [Fact]
    public async Task Without_a_token_it_says_where_one_could_come_from()
    {
        var failure = (await Doors.TryConnectAsync(Server.Address.ToString(), null, Time)).Failure!;
        Assert.Equal(FailureCode.CredentialsInvalid, failure.Code);
        Assert.Contains("GH_TOKEN", failure.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ghp_wrong", FailureCode.CredentialsInvalid)]
    [InlineData("ghp_with\nbreak", FailureCode.ValueInvalid)]
    public async Task A_token_that_is_none_is_refused_and_not_repeated(string token, FailureCode code)
    {
        var failure = (await Doors.TryConnectAsync(Server.Address.ToString(), token, Time)).Failure!;
        Assert.Equal(code, failure.Code);
        Assert.DoesNotContain("ghp_", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_connects_with_its_key_and_goes_on_when_its_token_has_ended()
    {
        await using var connection = Doors.Value(await AppAsync(state => state.Install("acme", "metadata=read", "secrets=write")));
        await Doors.PutAsync(connection.Store, "github:acme/proxy/JWT", "one");
        Time.Leap(TimeSpan.FromHours(3));
        await Doors.PutAsync(connection.Store, "github:acme/proxy/JWT", "two");
        Assert.Equal("two", Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!.Text);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(-40)]
    public async Task An_app_whose_clock_is_wrong_goes_by_the_servers(int minutes)
    {
        var skewed = new SkewedTime(Time, TimeSpan.FromMinutes(minutes));
        await using var connection = Doors.Value(await AppAsync(state => state.Install("acme", "metadata=read", "secrets=write"), skewed));
        await Doors.PutAsync(connection.Store, "github:acme/proxy/JWT", "one");
    }

    [Fact]
    public async Task A_clock_that_is_a_little_fast_takes_no_second_try()
    {
        await using var connection = Doors.Value(await AppAsync(state => state.Install("acme", "metadata=read", "secrets=write"), new SkewedTime(Time, TimeSpan.FromSeconds(50))));
        Assert.Equal(1, Server.Requests.Count("POST /app/installations/{installation_id}/access_tokens"));
    }

    [Fact]
    public void An_app_says_that_it_spoke_a_minute_ago_and_for_less_than_ten()
    {
        using var rsa = RSA.Create(2048);
        using var pem = Secrets.SecretValue.FromText(rsa.ExportRSAPrivateKeyPem());
        using var key = Doors.Value(AppKey.Read("17", pem));
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        using var claims = System.Text.Json.JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(key.Token(now).Split('.')[1]));
        Assert.Equal(now.ToUnixTimeSeconds() - 60, claims.RootElement.GetProperty("iat").GetInt64());
        Assert.InRange(claims.RootElement.GetProperty("exp").GetInt64() - claims.RootElement.GetProperty("iat").GetInt64(), 60, 600);
        Assert.Equal("17", claims.RootElement.GetProperty("iss").GetString());
    }

    [Fact]
    public async Task A_key_that_is_another_apps_is_told_as_such()
    {
        using var other = RSA.Create(2048);
        var failure = (await AppAsync(state => state.Install("acme", "secrets=write"), key: other.ExportRSAPrivateKeyPem())).Failure!;
        Assert.Equal(FailureCode.CredentialsInvalid, failure.Code);
        Assert.Contains("key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_that_is_suspended_is_told_as_such_also_when_that_happens_in_between()
    {
        App? app = null;
        await using var connection = Doors.Value(await AppAsync(state => app = state.Install("acme", "metadata=read", "secrets=write")));
        await Doors.PutAsync(connection.Store, "github:acme/proxy/JWT", "first");
        Server.Arrange(_ => app!.IsSuspended = true);
        await Task.Delay(TimeSpan.FromMinutes(61), Time, Cancellation);

        foreach (var failure in (Failure[])[(await Doors.TryPutAsync(connection.Store, "github:acme/proxy/JWT", "second")).Failure!, (await AppAsync(_ => app!)).Failure!])
        {
            Assert.Equal((FailureCode.AccessDenied, Effect.None), (failure.Code, failure.Effect));
            Assert.Contains("suspended", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal("first", Stored(static state => state.Repository("acme/proxy").Secrets(), "JWT")!.Text);
    }

    [Theory]
    [InlineData("no key at all")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----")]
    public async Task A_key_that_is_none_is_refused_without_repeating_it(string pem)
    {
        var failure = (await AppAsync(state => state.Install("acme", "secrets=write"), key: pem)).Failure!;
        Assert.Equal(FailureCode.KeyWrong, failure.Code);
        Assert.DoesNotContain("AAAA", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_that_isnt_there_is_told_as_such()
    {
        App? app = null;
        Server.Arrange(state => app = state.Install("acme", "secrets=write"));
        var failure = (await Doors.TryConnectAsync(Server.Address.ToString(), app!.PrivateKeyPem, Time, Doors.Environment(Folder), ("AppId", $"{app.Id}"), ("InstallationId", "7"))).Failure!;
        Assert.Equal(FailureCode.CredentialsInvalid, failure.Code);
        Assert.Contains("no installation 7", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "https://api.github.com/", "github.com")]
    [InlineData("https://github.com", "https://api.github.com/", "github.com")]
    [InlineData("https://github.example.org", "https://github.example.org/api/v3/", "github.example.org")]
    [InlineData("https://github.example.org/api/v3", "https://github.example.org/api/v3/", "github.example.org")]
    [InlineData("https://acme.ghe.com", "https://api.acme.ghe.com/", "acme.ghe.com")]
    [InlineData("https://api.acme.ghe.com/", "https://api.acme.ghe.com/", "acme.ghe.com")]
    public void Each_kind_of_server_has_its_API_where_GitHub_has_it(string location, string api, string host) =>
        Assert.Equal((new Uri(api), host), Doors.Value(new GitHubSettings(new ConnectionRequest("github", location, Time)).Address()));

    [Theory]
    [InlineData("github.example.org")]
    [InlineData("http://github.example.org")]
    [InlineData("https://token@github.example.org")]
    [InlineData("ftp://github.example.org")]
    public void An_address_that_would_give_the_token_away_is_refused(string location)
    {
        var failure = new GitHubSettings(new ConnectionRequest("github", location, Time)).Address().Failure!;
        Assert.Equal(FailureCode.ValueInvalid, failure.Code);
        Assert.DoesNotContain("token@", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_another_server_doesnt_get_the_token()
    {
        await using var other = await Peers.GitHub.GitHubDouble.StartAsync(Time);
        Server.After = (question, reply) => question.Route.Name == "GET /repos/{owner}/{repo}/actions/secrets/public-key"
            ? new Reply(302) { Headers = [("Location", $"{other.Address}repos/acme/proxy/actions/secrets/public-key")] }
            : reply;
        Assert.NotNull((await Doors.TryPutAsync(Store, "github:acme/proxy/JWT", "s3cret")).Failure);
        Assert.All(other.Requests.All, static one => Assert.True(one.Status is 401 or 403 or 404 or 0, $"{one.Route}: {one.Status}"));
    }

    [Fact]
    public async Task The_store_says_what_is_left_of_the_hour() => Assert.Contains(
        Doors.Value(await Store.CheckAccessAsync(null, StoreAccess.Write, Cancellation)).Findings, static finding => finding.Contains("requests are left", StringComparison.Ordinal));

    private async Task<Outcome<Connection>> AppAsync(Func<GitHubState, App> install, TimeProvider? time = null, string? key = null)
    {
        App? app = null;
        Server.Arrange(state => app = install(state));
        return await Doors.TryConnectAsync(
            Server.Address.ToString(), key ?? app!.PrivateKeyPem, time ?? Time, Doors.Environment(Folder), ("AppId", $"{app!.Id}"), ("InstallationId", $"{app.InstallationId}"));
    }

    /// <summary>A clock that is wrong.</summary>
    private sealed class SkewedTime(LeapingTime time, TimeSpan by) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + by;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}
