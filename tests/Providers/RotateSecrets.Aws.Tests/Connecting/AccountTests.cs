using AwsDouble;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Connecting;

/// <summary>Several accounts and regions in one session, each under a name of its own.</summary>
[Collection(nameof(ConnectTests))]
public sealed class AccountTests : IAsyncLifetime
{
    private const string Others = "444455556666";

    private readonly CleanEnvironment environment = new();
    private DoubleServer mine = null!;
    private DoubleServer theirs = null!;
    private ISecretStore home = null!;
    private ISecretStore abroad = null!;
    private ISecretStore other = null!;

    public async ValueTask InitializeAsync()
    {
        mine = await DoubleServer.StartAsync();
        theirs = await DoubleServer.StartAsync(account: Others);
        await File.WriteAllTextAsync(
            Path.Combine(environment.Folder, "config"),
            $"""
            [profile mine]
            region=eu-central-1
            aws_access_key_id={DoubleServer.AccessKey}
            aws_secret_access_key={DoubleServer.SecretKey}
            aws_account_id={DoubleServer.Account}
            [profile theirs]
            region=us-east-1
            aws_access_key_id={DoubleServer.AccessKey}
            aws_secret_access_key={DoubleServer.SecretKey}
            aws_account_id={Others}
            """,
            AwsFixture.Cancellation);
        home = await ConnectAsync(mine, "aws", ("ProfileName", "mine"));
        abroad = await ConnectAsync(mine, "us", ("ProfileName", "mine"), ("Region", "us-east-1"));
        other = await ConnectAsync(theirs, "other", ("ProfileName", "theirs"));
        foreach (var (store, text) in ((ISecretStore, string)[])[(home, "home"), (abroad, "abroad"), (other, "other")])
        {
            await PutAsync(store, text);
        }
    }

    [Fact]
    public async Task The_same_name_is_another_secret_in_each()
    {
        Assert.Equal("home", await ReadAsync(home, "prod/db"));
        Assert.Equal("abroad", await ReadAsync(abroad, "prod/db"));
        Assert.Equal("other", await ReadAsync(other, "prod/db"));
        Assert.Equal(3, ((ISecretStore[])[home, abroad, other]).Select(static store => store.Description.Location).Distinct().Count());
        Assert.Contains($"account={Others}", other.Description.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ARN_is_a_secret_of_the_connection_whose_region_and_account_it_names()
    {
        Assert.Equal("home", await ReadAsync(home, Arn("eu-central-1", DoubleServer.Account)));
        Assert.Equal("abroad", await ReadAsync(abroad, Arn("us-east-1", DoubleServer.Account)));
        Assert.Equal("other", await ReadAsync(other, Arn("us-east-1", Others)));
    }

    [Fact]
    public async Task An_ARN_of_another_region_is_not_asked_for_and_says_what_to_connect()
    {
        mine.Exchanges.Clear();

        var failure = await FailAsync(home, Arn("us-east-1", DoubleServer.Account));

        Assert.Equal(FailureCode.SecretNotFound, failure.Code);
        Assert.Contains("connected to eu-central-1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("-Region us-east-1", failure.Remedy, StringComparison.Ordinal);
        Assert.Empty(mine.Exchanges);
    }

    [Theory]
    [InlineData(null, FailureCode.SecretNotFound)]
    [InlineData(FaultKind.Denied, FailureCode.AccessDenied)]
    public async Task An_ARN_of_another_account_names_both_where_the_service_does_not_give_it(FaultKind? fault, FailureCode code)
    {
        mine.Break(fault is { } kind ? [new Fault("*", kind, 10)] : []);

        var failure = await FailAsync(abroad, Arn("us-east-1", Others));

        Assert.Equal(code, failure.Code);
        Assert.Contains($"account {Others}, and these credentials are of {DoubleServer.Account}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"profile of {Others}", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_to_an_ARN_of_elsewhere_writes_nowhere()
    {
        mine.Exchanges.Clear();
        using var value = SecretValue.FromText("x");
        foreach (var arn in (string[])[Arn("us-east-1", DoubleServer.Account), Arn("eu-central-1", Others)])
        {
            var put = await home.PutAsync(new PutRequest(Address(home, arn), value, SecretStage.Current, "token-of-the-write"), AwsFixture.Cancellation);
            Assert.Equal(FailureCode.SecretNotFound, put.Failure?.Code);
        }

        Assert.DoesNotContain(mine.Operations, static operation => operation is "CreateSecret" or "PutSecretValue");
    }

    public async ValueTask DisposeAsync()
    {
        await home.DisposeAsync();
        await abroad.DisposeAsync();
        await other.DisposeAsync();
        await mine.DisposeAsync();
        await theirs.DisposeAsync();
        environment.Dispose();
    }

    private static string Arn(string region, string account) => $"arn:aws:secretsmanager:{region}:{account}:secret:prod/db-AbCdEf";

    private static SecretAddress Address(ISecretStore store, string path) => SecretAddress.Parse($"{store.Description.Name}:{path}");

    private static async Task<ISecretStore> ConnectAsync(DoubleServer server, string name, params (string Name, string Text)[] settings) => AwsFixture.Value(
        await new AwsProvider().ConnectAsync(
            new ConnectionRequest(name, server.Address, TimeProvider.System)
            {
                Settings = settings.ToDictionary(static pair => pair.Name, static IReadOnlyList<string> (pair) => [pair.Text], StringComparer.OrdinalIgnoreCase),
            },
            AwsFixture.Cancellation)).Store;

    private static async Task PutAsync(ISecretStore store, string text)
    {
        using var value = SecretValue.FromText(text);
        AwsFixture.Value(await store.PutAsync(new PutRequest(Address(store, "prod/db"), value, SecretStage.Current, "first"), AwsFixture.Cancellation));
    }

    private static async Task<string> ReadAsync(ISecretStore store, string path)
    {
        using var value = AwsFixture.Value(await store.ReadAsync(Address(store, path), VersionSelector.Current, AwsFixture.Cancellation)).Value!;
        return value.Reveal();
    }

    private static async Task<Failure> FailAsync(ISecretStore store, string path)
    {
        var failure = (await store.ReadAsync(Address(store, path), VersionSelector.Current, AwsFixture.Cancellation)).Failure;
        Assert.NotNull(failure);
        return failure;
    }
}
