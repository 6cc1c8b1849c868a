using System.Text.Json.Nodes;
using AwsDouble;
using RotateSecrets.Aws.Tests.Rotations;
using RotateSecrets.Providers;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Connecting;

/// <summary>Each place in which the SDK's chain finds credentials, seen to sign requests.</summary>
[Collection(nameof(ConnectTests))]
public sealed class CredentialChainTests : IAsyncLifetime
{
    private readonly CleanEnvironment environment = new();
    private DoubleServer account = null!;
    private CredentialServer server = null!;

    public async ValueTask InitializeAsync()
    {
        account = await DoubleServer.StartAsync();
        server = await CredentialServer.StartAsync();
        Set("AWS_REGION", "eu-central-1");
    }

    [Fact]
    public async Task The_environment()
    {
        Set("AWS_ACCESS_KEY_ID", DoubleServer.AccessKey);
        Set("AWS_SECRET_ACCESS_KEY", DoubleServer.SecretKey);
        await CheckAsync();
    }

    [Fact]
    public async Task A_web_identity_token()
    {
        var token = Path.Combine(environment.Folder, "token");
        await File.WriteAllTextAsync(token, "web-identity", AwsFixture.Cancellation);
        Set("AWS_WEB_IDENTITY_TOKEN_FILE", token);
        Set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/app");
        Set("AWS_ENDPOINT_URL_STS", server.Address);

        await CheckAsync();

        Assert.Contains("WebIdentity AssumeRoleWithWebIdentity arn:aws:iam::111122223333:role/app web-identity", server.Asked);
    }

    [Fact]
    public async Task The_container()
    {
        Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", $"{server.Address}/container");
        await CheckAsync();
        Assert.Contains("Container", server.Asked);
    }

    [Fact]
    public async Task The_instance()
    {
        // The SDK looks where the metadata service is once in the life of a process: so this is one of its own.
        await using var sample = await KilledSample.StartAsync();

        var (exit, said) = await sample.RunAsync("invoke", environment: [("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Address)]);

        Assert.True(exit == 0, said);
        Assert.Equal(RotationState.Completed, (await sample.YoungestAsync()).State);
        Assert.Contains("Instance", server.Asked);
    }

    [Fact]
    public async Task A_profile_that_signed_in_with_SSO()
    {
        await File.WriteAllTextAsync(
            Path.Combine(environment.Folder, "config"),
            "[profile ops]\nregion=eu-central-1\nsso_session=corp\nsso_account_id=111122223333\nsso_role_name=ops\n[sso-session corp]\nsso_start_url=https://corp.example/start\nsso_region=eu-central-1\nsso_registration_scopes=sso:account:access\n",
            AwsFixture.Cancellation);
        var cache = Directory.CreateDirectory(Path.Combine(environment.Folder, ".aws", "sso", "cache")).FullName;

        // The sign-in's file is called by the SHA-1 of the session's name.
        const string name = "ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
        var token = new JsonObject
        {
            ["startUrl"] = "https://corp.example/start",
            ["region"] = "eu-central-1",
            ["accessToken"] = CredentialServer.AccessToken,
            ["expiresAt"] = $"{DateTimeOffset.UtcNow.AddHours(8):yyyy-MM-ddTHH:mm:ssZ}",
        };
        await File.WriteAllTextAsync(Path.Combine(cache, name), token.ToJsonString(), AwsFixture.Cancellation);
        Set("AWS_ENDPOINT_URL_SSO", server.Address);

        await CheckAsync(("ProfileName", "ops"));

        Assert.Contains("Sso", server.Asked);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await account.DisposeAsync();
        environment.Dispose();
    }

    private static void Set(string name, string? value) => Environment.SetEnvironmentVariable(name, value);

    private async Task CheckAsync(params (string Name, string Text)[] settings)
    {
        var request = new ConnectionRequest("aws", account.Address, TimeProvider.System)
        {
            Settings = settings.ToDictionary(static pair => pair.Name, static IReadOnlyList<string> (pair) => [pair.Text], StringComparer.OrdinalIgnoreCase),
        };
        await using var connection = AwsFixture.Value(await new AwsProvider().ConnectAsync(request, AwsFixture.Cancellation));
        Assert.True(AwsFixture.Value(await connection.Store.CheckAccessAsync(null, StoreAccess.List, AwsFixture.Cancellation)).Granted);
    }
}
