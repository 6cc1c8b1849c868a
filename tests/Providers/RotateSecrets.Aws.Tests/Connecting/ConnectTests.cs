using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Connecting;

/// <summary>Connecting with nothing but an environment, which every test here has to itself.</summary>
[Collection(nameof(ConnectTests))]
[CollectionDefinition(nameof(ConnectTests), DisableParallelization = true)]
public sealed class ConnectTests : IDisposable
{
    private readonly CleanEnvironment environment = new();

    [Fact]
    public async Task Without_a_region_it_says_where_one_could_come_from()
    {
        var failure = (await ConnectAsync()).Failure;
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Contains("AWS_REGION", failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "us-east-2")]
    [InlineData(null, "eu-west-1", "eu-west-1")]
    [InlineData("ops", "eu-west-1", "ap-south-1")]
    public async Task The_region_is_the_named_profiles_else_the_environments_else_the_default_profiles(string? profile, string? variable, string expected)
    {
        await File.WriteAllTextAsync(
            Path.Combine(environment.Folder, "config"),
            "[default]\nregion=us-east-2\n[profile ops]\nregion=ap-south-1\naws_access_key_id=x\naws_secret_access_key=x\n",
            AwsFixture.Cancellation);
        Environment.SetEnvironmentVariable("AWS_REGION", variable);
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "x");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "x");

        await using var connection = AwsFixture.Value(await (profile is null ? ConnectAsync() : ConnectAsync(("ProfileName", profile))));

        Assert.Contains($"region={expected}", connection.Store.Description.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_credentials_it_says_what_was_tried_in_which_order()
    {
        Environment.SetEnvironmentVariable("AWS_REGION", "eu-central-1");
        var failure = (await ConnectAsync()).Failure;
        Assert.Equal(FailureCode.CredentialsInvalid, failure?.Code);
        Assert.Matches("environment.*web identity.*profile.*container.*instance", failure!.Message);
    }

    [Fact]
    public async Task A_profile_that_is_not_there_is_named_beside_those_that_are()
    {
        await File.WriteAllTextAsync(Path.Combine(environment.Folder, "config"), "[profile there]\nregion=eu-central-1\naws_access_key_id=x\naws_secret_access_key=x\n", AwsFixture.Cancellation);
        var failure = (await ConnectAsync(("ProfileName", "elsewhere"))).Failure;
        Assert.Equal(FailureCode.CredentialsInvalid, failure?.Code);
        Assert.Contains("there", failure!.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL")]
    [InlineData("AWS_ENDPOINT_URL_SECRETS_MANAGER")]
    public async Task The_environment_names_the_endpoint_and_the_profile_the_credentials(string variable)
    {
        await using var server = await AwsDouble.DoubleServer.StartAsync();
        Environment.SetEnvironmentVariable(variable, server.Address);
        await File.WriteAllTextAsync(
            Path.Combine(environment.Folder, "credentials"),
            $"[ops]\nregion=eu-central-1\naws_access_key_id={AwsDouble.DoubleServer.AccessKey}\naws_secret_access_key={AwsDouble.DoubleServer.SecretKey}\n",
            AwsFixture.Cancellation);

        await using var connection = AwsFixture.Value(await ConnectAsync(("ProfileName", "ops")));

        Assert.StartsWith(server.Address, connection.Store.Description.Location, StringComparison.Ordinal);
        Assert.True(AwsFixture.Value(await connection.Store.CheckAccessAsync(null, StoreAccess.List, AwsFixture.Cancellation)).Granted);
        Assert.NotEmpty(server.Exchanges);
    }

    [Theory]
    [InlineData("eu-central-1", false, false, "https://secretsmanager.eu-central-1.amazonaws.com/")]
    [InlineData("us-east-1", true, false, "https://secretsmanager-fips.us-east-1.amazonaws.com/")]
    [InlineData("us-gov-west-1", true, true, "https://secretsmanager-fips.us-gov-west-1.api.aws/")]
    [InlineData("cn-north-1", false, false, "https://secretsmanager.cn-north-1.amazonaws.com.cn/")]
    public async Task Each_region_has_its_endpoint(string region, bool fips, bool dualStack, string expected)
    {
        await using var connection = AwsFixture.Value(await AwsFixture.ConnectAsync(
            string.Empty, region, more: [("UseFips", fips.ToString()), ("UseDualStack", dualStack.ToString())]));
        Assert.StartsWith(expected, connection.Store.Description.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_asks_for_FIPS_and_dual_stack_as_it_does_of_every_tool()
    {
        Environment.SetEnvironmentVariable("AWS_USE_FIPS_ENDPOINT", "true");
        Environment.SetEnvironmentVariable("AWS_USE_DUALSTACK_ENDPOINT", "true");
        await using var connection = AwsFixture.Value(await AwsFixture.ConnectAsync(string.Empty, "us-east-1"));
        Assert.StartsWith("https://secretsmanager-fips.us-east-1.api.aws/", connection.Store.Description.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UseFips")]
    [InlineData("UseDualStack")]
    public async Task An_endpoint_that_is_given_has_no_variant(string setting)
    {
        var failure = (await AwsFixture.ConnectAsync("http://127.0.0.1:9", more: [(setting, "True")])).Failure;
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Equal("EndpointUri", failure!.Target);
    }

    [Theory]
    [InlineData("RecoveryWindowInDays", "6")]
    [InlineData("Tag", "aws:x=1")]
    [InlineData("Tag", "=1")]
    [InlineData("Colour", "blue")]
    public async Task A_setting_that_makes_no_sense_is_refused(string name, string text) =>
        Assert.Equal(FailureCode.ValueInvalid, (await ConnectAsync(("Region", "eu-central-1"), (name, text))).Failure?.Code);

    [Fact]
    public async Task Half_a_credential_is_none()
    {
        using var key = SecretValue.FromText("x");
        var failure = (await new AwsProvider().ConnectAsync(new ConnectionRequest("aws", string.Empty, TimeProvider.System) { Credential = key }, AwsFixture.Cancellation)).Failure;
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Contains("PSCredential", failure!.Remedy, StringComparison.Ordinal);
    }

    public void Dispose() => environment.Dispose();

    private static Task<Outcome<Connection>> ConnectAsync(params (string Name, string Text)[] settings) => new AwsProvider().ConnectAsync(
        new ConnectionRequest("aws", string.Empty, TimeProvider.System)
        {
            Settings = settings.ToDictionary(static pair => pair.Name, static IReadOnlyList<string> (pair) => [pair.Text], StringComparer.OrdinalIgnoreCase),
        },
        AwsFixture.Cancellation);
}
