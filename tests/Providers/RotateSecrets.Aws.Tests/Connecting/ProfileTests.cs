using AwsDouble;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Tests.Connecting;

/// <summary>What a profile says counts whether it is named for the connection or by AWS_PROFILE, and where it gives no credentials it is said why.</summary>
[Collection(nameof(ConnectTests))]
public sealed class ProfileTests : IDisposable
{
    private const string Keys = "region=us-east-1\naws_access_key_id=x\naws_secret_access_key=x\n";

    private readonly CleanEnvironment environment = new();

    public static TheoryData<string, string> Settings => new()
    {
        { "endpoint_url=http://127.0.0.1:9001", "http://127.0.0.1:9001/" },
        { "use_fips_endpoint=true", "https://secretsmanager-fips.us-east-1.amazonaws.com/" },
        { "use_dualstack_endpoint=true", "https://secretsmanager.us-east-1.api.aws/" },
        { "endpoint_url=http://127.0.0.1:9001\nignore_configured_endpoint_urls=true", "https://secretsmanager.us-east-1.amazonaws.com/" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_named_profile_says_where_the_service_is(string says, string expected)
    {
        Write($"[profile ops]\n{Keys}{says}\n");
        await using var connection = AwsFixture.Value(await ConnectAsync("ops"));
        Assert.StartsWith(expected, connection.Store.Description.Location, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task So_does_that_of_AWS_PROFILE(string says, string expected)
    {
        Write($"[profile ops]\n{Keys}{says}\n");
        Environment.SetEnvironmentVariable("AWS_PROFILE", "ops");
        await using var connection = AwsFixture.Value(await ConnectAsync(null));
        Assert.StartsWith(expected, connection.Store.Description.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_ignores_endpoints_ignores_the_environments_too()
    {
        Write($"[profile ops]\n{Keys}ignore_configured_endpoint_urls=true\n");
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", "http://127.0.0.1:9001");
        await using var connection = AwsFixture.Value(await ConnectAsync("ops"));
        Assert.StartsWith("https://secretsmanager.us-east-1.amazonaws.com/", connection.Store.Description.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL")]
    [InlineData("AWS_ENDPOINT_URL_SECRETS_MANAGER")]
    public async Task A_variable_that_is_empty_names_no_endpoint(string variable)
    {
        Write($"[profile ops]\n{Keys}endpoint_url=http://127.0.0.1:9001\n");
        Environment.SetEnvironmentVariable(variable, string.Empty);
        await using var connection = AwsFixture.Value(await ConnectAsync("ops"));
        Assert.StartsWith("http://127.0.0.1:9001/", connection.Store.Description.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL")]
    [InlineData(null)]
    public async Task An_endpoint_that_is_no_address_is_named_by_where_it_stands(string? variable)
    {
        Write($"[profile ops]\n{Keys}{(variable is null ? "endpoint_url=here" : "output=json")}\n");
        if (variable is not null)
        {
            Environment.SetEnvironmentVariable(variable, "here");
        }

        var failure = (await ConnectAsync("ops")).Failure;
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Contains(variable ?? "the profile ops", failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("credential_process=/bin/sh -c 'echo canary; exit 3'", "credential_process failed")]
    [InlineData("credential_process=/no/such/program", "credential_process failed")]
    [InlineData("role_arn=arn:aws:iam::111122223333:role/app\nsource_profile=elsewhere", "source_profile elsewhere isn't there")]
    [InlineData("role_arn=arn:aws:iam::111122223333:role/app\nsource_profile=keys", "role arn:aws:iam::111122223333:role/app can't be assumed")]
    [InlineData("output=json", "neither keys, a role, SSO nor a process")]
    public async Task A_profile_without_credentials_says_why(string says, string expected)
    {
        Write($"[profile ops]\nregion=eu-central-1\n{says}\n[profile keys]\n{Keys}");
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");

        var named = (await ConnectAsync("ops")).Failure;
        Environment.SetEnvironmentVariable("AWS_PROFILE", "ops");
        var used = (await ConnectAsync(null)).Failure;

        foreach (var failure in new[] { named, used })
        {
            Assert.Equal(FailureCode.CredentialsInvalid, failure?.Code);
            Assert.Contains(expected, failure!.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
        }

        Assert.Matches("Tried(, in this order| before it): the environment .*, a web identity token", used!.Message);
    }

    [Fact]
    public async Task A_profile_of_AWS_PROFILE_that_is_not_there_is_named()
    {
        Environment.SetEnvironmentVariable("AWS_REGION", "eu-central-1");
        Environment.SetEnvironmentVariable("AWS_PROFILE", "elsewhere");
        Assert.Contains("There is no profile elsewhere", (await ConnectAsync(null)).Failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_are_gone_later_are_missed_in_the_same_words()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The process is a shell script.");
        await using var server = await DoubleServer.StartAsync();
        var answer = Path.Combine(environment.Folder, "answer");

        // They are over so soon that they are asked for again and again.
        await File.WriteAllTextAsync(answer, $$"""{"Version":1,"AccessKeyId":"{{DoubleServer.AccessKey}}","SecretAccessKey":"{{DoubleServer.SecretKey}}","Expiration":"{{DateTimeOffset.UtcNow.AddSeconds(5):O}}"}""", AwsFixture.Cancellation);
        Write($"[profile ops]\nregion=eu-central-1\ncredential_process=/bin/cat {answer}\n");
        await using var connection = AwsFixture.Value(await ConnectAsync("ops", server.Address));
        File.Delete(answer);

        var failure = (await connection.Store.ReadAsync(SecretAddress.Parse("aws:prod/db"), VersionSelector.Current, AwsFixture.Cancellation)).Failure;

        Assert.Equal(FailureCode.CredentialsInvalid, failure?.Code);
        Assert.Contains("credential_process failed", failure!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Exchanges);
    }

    [Fact]
    public async Task Keys_of_the_environment_stay_with_the_connection_that_was_made_with_them()
    {
        await using var server = await DoubleServer.StartAsync();
        Environment.SetEnvironmentVariable("AWS_REGION", "eu-central-1");
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", DoubleServer.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", DoubleServer.SecretKey);
        await using var first = AwsFixture.Value(await ConnectAsync(null, server.Address));
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "ASIAQNZGKIQY56JQ7WML");
        await using var second = AwsFixture.Value(await ConnectAsync(null, server.Address));

        Assert.Equal(FailureCode.SecretNotFound, (await first.Store.ReadAsync(SecretAddress.Parse("aws:prod/db"), VersionSelector.Current, AwsFixture.Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.CredentialsInvalid, (await second.Store.ReadAsync(SecretAddress.Parse("aws:prod/db"), VersionSelector.Current, AwsFixture.Cancellation)).Failure?.Code);

        // And a rotation that was begun in one account isn't taken for one of the other.
        Assert.EndsWith("&account=581039954779", first.Store.Description.Location, StringComparison.Ordinal);
        Assert.EndsWith("&account=029608264753", second.Store.Description.Location, StringComparison.Ordinal);
    }

    public void Dispose() => environment.Dispose();

    private static Task<Outcome<Connection>> ConnectAsync(string? profile, string endpoint = "") => new AwsProvider().ConnectAsync(
        new ConnectionRequest("aws", endpoint, TimeProvider.System)
        {
            Settings = profile is null
                ? new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
                : new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ProfileName"] = [profile] },
        },
        AwsFixture.Cancellation);

    private void Write(string config) => File.WriteAllText(Path.Combine(environment.Folder, "config"), config);
}
