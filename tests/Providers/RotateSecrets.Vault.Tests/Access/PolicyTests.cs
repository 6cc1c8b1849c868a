using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Access;

/// <summary>Policies that are written, put on a server, and tried.</summary>
public abstract class PolicyTests
{
    protected abstract string Mount { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PolicyFormat.Native)]
    [InlineData(PolicyFormat.Json)]
    public async Task With_the_operators_policy_every_call_of_a_rotation_is_allowed_and_no_neighbour_can_be_read(PolicyFormat format)
    {
        var name = Guid.NewGuid().ToString("N");
        var address = SecretAddress.Parse($"vault:{Mount}policy/{name}#value");
        var neighbour = SecretAddress.Parse($"vault:{Mount}policy/{name}x#value");
        await using var root = await ConnectAsync(null);
        using var value = SecretValue.FromText("the old value, long enough");
        Good(await root.PutAsync(new PutRequest(neighbour, value, SecretStage.Current, "n"), Cancellation));
        Good(await root.PutAsync(new PutRequest(address, value, SecretStage.Current, "a"), Cancellation));
        var policy = Good(await ((IPolicyStore)root).WritePolicyAsync([address], PolicyAudience.Operator, format, Cancellation));
        await WritePolicyAsync(name, policy.Body);

        await using var house = await RotationHouse.BuildAsync(await ConnectAsync(await TokenAsync(name)), address, 0);
        var report = Good(await house.Store.CheckAccessAsync(address, StoreAccess.Rotate, Cancellation));
        Assert.True(report.Granted, string.Join(' ', report.Findings));
        var rotation = await house.RunAsync();

        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        Assert.Equal(FailureCode.AccessDenied, (await house.Store.ReadAsync(neighbour, VersionSelector.Current, Cancellation)).Failure?.Code);
        var compared = Good(await ((IPolicyStore)root).ComparePoliciesAsync([name], [address], PolicyAudience.Operator, Cancellation));
        Assert.True(compared.IsExact, string.Join("; ", compared.Missing.Concat(compared.Excess)));
    }

    [Fact]
    public async Task What_is_missing_is_named_with_its_path_and_the_line_that_gives_it()
    {
        var name = Guid.NewGuid().ToString("N");
        var address = SecretAddress.Parse($"vault:{Mount}policy/{name}#value");
        await using var root = await ConnectAsync(null);
        using var value = SecretValue.FromText("a value");
        Good(await root.PutAsync(new PutRequest(address, value, SecretStage.Current, "a"), Cancellation));
        var application = Good(await ((IPolicyStore)root).WritePolicyAsync([address], PolicyAudience.Application, PolicyFormat.Native, Cancellation));
        await WritePolicyAsync(name, application.Body + $"path \"{Mount}metadata/policy/{name}\" {{ capabilities = [\"read\"] }}\n# and much more\npath \"{Mount}*\" {{ capabilities = [\"list\"] }}");
        await using var store = await ConnectAsync(await TokenAsync(name));

        var report = Good(await store.CheckAccessAsync(address, StoreAccess.Rotate, Cancellation));

        Assert.Equal(StoreAccess.Write | StoreAccess.Promote | StoreAccess.Revoke, report.Missing);
        Assert.Contains(report.Findings, finding => finding.Contains($"path \"{Mount}destroy/policy/{name}\" {{ capabilities = [\"update\"] }}", StringComparison.Ordinal));
        using var another = SecretValue.FromText("another value");
        var refused = (await store.PutAsync(new PutRequest(address, another, SecretStage.Current, "b"), Cancellation)).Failure;
        Assert.Equal(FailureCode.AccessDenied, refused?.Code);
        Assert.Contains($"'update' at {Mount}data/policy/{name}", refused!.Message, StringComparison.Ordinal);
        var compared = Good(await ((IPolicyStore)root).ComparePoliciesAsync([name], [address], PolicyAudience.Application, Cancellation));
        Assert.Empty(compared.Missing);
        Assert.Contains(compared.Excess, excess => excess.StartsWith($"{Mount}*: list", StringComparison.Ordinal));
    }

    protected abstract Task<ISecretStore> ConnectAsync(string? token);

    protected abstract Task WritePolicyAsync(string name, string body);

    protected abstract Task<string> TokenAsync(string policy);

    protected static T Good<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var failure), failure?.ToString());
        return value!;
    }
}

public sealed class DoublePolicyTests : PolicyTests, IAsyncLifetime
{
    private VaultDouble server = null!;

    protected override string Mount => "secret/";

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("vault:secret/wild/card*")]
    [InlineData("vault:secret/+/jwt")]
    [InlineData("vault:secret/{{identity.entity.id}}/jwt")]
    public async Task A_name_that_means_more_than_itself_gets_no_policy(string address)
    {
        await using var store = await ConnectAsync(null);
        Assert.Equal(
            FailureCode.ValueInvalid,
            (await ((IPolicyStore)store).WritePolicyAsync([SecretAddress.Parse(address)], PolicyAudience.Application, PolicyFormat.Native, Cancellation)).Failure?.Code);
    }

    protected override Task<ISecretStore> ConnectAsync(string? token) => Doors.ConnectAsync(server, token);

    protected override Task WritePolicyAsync(string name, string body)
    {
        Assert.True(server.WritePolicy(name, body));
        return Task.CompletedTask;
    }

    protected override Task<string> TokenAsync(string policy) => Task.FromResult(server.Token(TimeSpan.FromHours(1), true, policy).Id);
}

public sealed class RealPolicyTests : PolicyTests
{
    protected override string Mount => RealServer.Versioned;

    protected override Task<ISecretStore> ConnectAsync(string? token) => RealServer.ConnectAsync(token);

    protected override async Task WritePolicyAsync(string name, string body)
    {
        var written = await RealServer.PostAsync($"sys/policies/acl/{name}", new System.Text.Json.Nodes.JsonObject { ["policy"] = body }.ToJsonString());
        Assert.True(written.Status == 204, written.Body);
    }

    protected override async Task<string> TokenAsync(string policy)
    {
        var made = await RealServer.PostAsync("auth/token/create", $$"""{"policies":["{{policy}}"],"ttl":"10m"}""");
        Assert.True(made.Status == 200, made.Body);
        return System.Text.Json.Nodes.JsonNode.Parse(made.Body)!["auth"]!["client_token"]!.ToString();
    }
}
