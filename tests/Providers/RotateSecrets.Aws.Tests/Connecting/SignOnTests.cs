using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;

namespace RotateSecrets.Aws.Tests.Connecting;

/// <summary>What is said of a sign-in with SSO that gives no credentials.</summary>
[Collection(nameof(ConnectTests))]
public sealed class SignOnTests : IDisposable
{
    private const string Start = "https://127.0.0.1:9/start";

    private readonly CleanEnvironment environment = new();

    public SignOnTests() => File.WriteAllText(
        Path.Combine(environment.Folder, "config"),
        $"""
        [profile ops]
        region=eu-central-1
        sso_session=corp
        sso_account_id=111122223333
        sso_role_name=ops
        [sso-session corp]
        sso_start_url={Start}
        sso_region=eu-central-1
        sso_registration_scopes=sso:account:access
        [profile legacy]
        region=eu-central-1
        sso_start_url={Start}
        sso_region=eu-central-1
        sso_account_id=111122223333
        sso_role_name=ops
        """);

    [Theory]
    [InlineData("ops")]
    [InlineData("legacy")]
    public async Task One_that_never_was_names_the_command_that_makes_it(string profile)
    {
        var failure = await FailAsync(profile);
        Assert.Contains("no SSO sign-in", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"aws sso login --profile {profile}", failure.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ops", "corp", "2024-02-03T04:05:06Z")]
    [InlineData("ops", "corp", "2024-02-03T04:05:06UTC")]
    [InlineData("legacy", Start, "2024-02-03T04:05:06Z")]
    public async Task One_that_has_expired_says_when_and_names_the_command_that_renews_it(string profile, string key, string expiresAt)
    {
        await CacheAsync(key, $$"""{"startUrl":"{{Start}}","region":"eu-central-1","accessToken":"canary-token","expiresAt":"{{expiresAt}}"}""");
        var failure = await FailAsync(profile);
        Assert.Contains("expired at 2024-02-03 04:05:06Z", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"aws sso login --profile {profile}", failure.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"expiresAt":7}""")]
    [InlineData("""{"expiresAt":"soon"}""")]
    public async Task A_file_that_cannot_be_read_counts_as_none(string text)
    {
        await CacheAsync("corp", text);
        Assert.Contains("no SSO sign-in", (await FailAsync("ops")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => environment.Dispose();

    private static async Task<Failure> FailAsync(string profile)
    {
        var failure = (await new AwsProvider().ConnectAsync(
            new ConnectionRequest("aws", string.Empty, TimeProvider.System)
            {
                Settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase) { ["ProfileName"] = [profile] },
            },
            AwsFixture.Cancellation)).Failure;
        Assert.Equal(FailureCode.CredentialsInvalid, failure?.Code);
        return failure!;
    }

    private async Task CacheAsync(string key, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(environment.Folder, ".aws", "sso", "cache")).FullName;
#pragma warning disable CA5350
        await File.WriteAllTextAsync(Path.Combine(folder, $"{Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(key))).ToLowerInvariant()}.json"), text, AwsFixture.Cancellation);
#pragma warning restore CA5350
    }
}
