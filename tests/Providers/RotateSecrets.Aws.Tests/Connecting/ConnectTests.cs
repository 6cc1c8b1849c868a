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
    private static readonly string[] Variables =
    [
        "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    ];

    private readonly Dictionary<string, string?> before = Variables.ToDictionary(static name => name, Environment.GetEnvironmentVariable, StringComparer.Ordinal);
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public ConnectTests()
    {
        foreach (var name in Variables)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", Path.Combine(folder, "config"));
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", Path.Combine(folder, "credentials"));
    }

    [Fact]
    public async Task Without_a_region_it_says_where_one_could_come_from()
    {
        var failure = (await ConnectAsync()).Failure;
        Assert.Equal(FailureCode.ValueInvalid, failure?.Code);
        Assert.Contains("AWS_REGION", failure!.Message, StringComparison.Ordinal);
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
    public async Task An_expired_sign_in_names_the_command_that_renews_it()
    {
        await File.WriteAllTextAsync(
            Path.Combine(folder, "config"),
            "[profile ops]\nregion=eu-central-1\nsso_session=corp\nsso_account_id=111122223333\nsso_role_name=ops\n[sso-session corp]\nsso_start_url=https://127.0.0.1:9/start\nsso_region=eu-central-1\nsso_registration_scopes=sso:account:access\n",
            AwsFixture.Cancellation);
        var failure = (await ConnectAsync(("ProfileName", "ops"))).Failure;
        Assert.Equal(FailureCode.CredentialsInvalid, failure?.Code);
        Assert.Contains("aws sso login --profile ops", failure!.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_is_not_there_is_named_beside_those_that_are()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "config"), "[profile there]\nregion=eu-central-1\naws_access_key_id=x\naws_secret_access_key=x\n", AwsFixture.Cancellation);
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
            Path.Combine(folder, "credentials"),
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

    [Theory]
    [InlineData("RecoveryWindowInDays", "6")]
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

    public void Dispose()
    {
        foreach (var (name, value) in before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Task<Outcome<Connection>> ConnectAsync(params (string Name, string Text)[] settings) => new AwsProvider().ConnectAsync(
        new ConnectionRequest("aws", string.Empty, TimeProvider.System)
        {
            Settings = settings.ToDictionary(static pair => pair.Name, static IReadOnlyList<string> (pair) => [pair.Text], StringComparer.OrdinalIgnoreCase),
        },
        AwsFixture.Cancellation);
}
