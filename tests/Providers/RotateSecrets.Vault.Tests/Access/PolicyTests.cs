using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Access;
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
        var compared = Good(await ((IPolicyStore)root).ComparePoliciesAsync(new PolicyHolder { Policies = [name] }, [address], PolicyAudience.Operator, Cancellation));
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
        var compared = Good(await ((IPolicyStore)root).ComparePoliciesAsync(new PolicyHolder { Policies = [name] }, [address], PolicyAudience.Application, Cancellation));
        Assert.Empty(compared.Missing);
        Assert.Contains(compared.Excess, excess => excess.StartsWith($"{Mount}*: list", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("root", "", "*: everything")]
    [InlineData("NAME", "path \"auth/token/*\" { capabilities = [\"create\", \"update\", \"sudo\"] }", "auth/token/*: create, update, sudo (not needed)")]
    [InlineData("NAME", "path \"identity/*\" { capabilities = [\"update\"] }", "identity/*: update (not needed)")]
    [InlineData("NAME", "path \"auth/token/lookup-self\" { capabilities = [\"read\"] }", null)]
    public async Task What_opens_other_doors_is_too_much_even_where_everybody_has_some_of_it(string policy, string more, string? excess)
    {
        var name = policy == "root" ? policy : Guid.NewGuid().ToString("N");
        var address = SecretAddress.Parse($"vault:{Mount}policy/{Guid.NewGuid():N}#value");
        await using var root = await ConnectAsync(null);
        var application = Good(await ((IPolicyStore)root).WritePolicyAsync([address], PolicyAudience.Application, PolicyFormat.Native, Cancellation));
        if (name != "root")
        {
            await WritePolicyAsync(name, application.Body + more);
        }

        var compared = Good(await ((IPolicyStore)root).ComparePoliciesAsync(new PolicyHolder { Policies = [name] }, [address], PolicyAudience.Application, Cancellation));

        Assert.Empty(compared.Missing);
        Assert.Equal(excess is null ? 0 : 1, compared.Excess.Count);
        Assert.All(compared.Excess, one => Assert.StartsWith(excess!, one, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_connections_own_token_lacks_and_has_too_much_is_told_though_it_may_read_no_policy()
    {
        var name = Guid.NewGuid().ToString("N");
        var address = SecretAddress.Parse($"vault:{Mount}policy/{name}#value");
        await using var root = await ConnectAsync(null);
        await WritePolicyAsync(name, $"path \"{Mount}data/policy/{name}\" {{ capabilities = [\"read\", \"update\"] }}\npath \"{Mount}metadata/*\" {{ capabilities = [\"list\"] }}");
        await using var store = await ConnectAsync(await TokenAsync(name));

        var compared = Good(await ((IPolicyStore)store).ComparePoliciesAsync(new PolicyHolder(), [address], PolicyAudience.Operator, Cancellation));

        Assert.Contains(name, compared.Policies);
        Assert.Contains($"{Mount}destroy/policy/{name}: update", compared.Missing);
        Assert.DoesNotContain(compared.Missing, missing => missing.StartsWith($"{Mount}data/policy/{name}: read", StringComparison.Ordinal));
        Assert.Equal([$"{Mount}metadata/*: list (reaches further than the secrets)"], compared.Excess);
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

    [Theory]
    [InlineData("""capabilities = ["read"] required_parameters = ["version"]""", "required_parameters")]
    [InlineData("""capabilities = ["read"] min_wrapping_ttl = "1s" max_wrapping_ttl = "90s" """, "min_wrapping_ttl, max_wrapping_ttl")]
    [InlineData("""policy = "read" denied_parameters = { "version" = [] }""", "denied_parameters")]
    public void What_is_granted_under_a_condition_is_not_taken_for_granted(string block, string words)
    {
        var rules = PolicyRule.Read($"path \"secret/data/app\" {{ {block} }}\npath \"secret/+/app\" {{ capabilities = [\"read\"] }}");

        var comparison = new PolicyComparison([new PolicyRule("secret/data/app", ["read"])], rules);

        Assert.Equal([$"secret/data/app: read (only within {words})"], comparison.Missing);
        Assert.Empty(new PolicyComparison([new PolicyRule("secret/info/app", ["read"])], rules).Missing);
    }

    [Theory]
    [InlineData("""path "secret/data/c++" { capabilities = ["read"] }""", "secret/data/c++", "secret/data/cpp")]
    [InlineData("""path "secret/+/app" { capabilities = ["read"] }""", "secret/data/app", "secret/data/x/app")]
    [InlineData("""path "secret/data/+/ap*" { capabilities = ["read"] }""", "secret/data/x/app/y", "secret/data/ap")]
    [InlineData("""path "secret/data/**" { capabilities = ["read"] }""", "secret/data/*x", "secret/data/x")]
    [InlineData("""path "secret/data/+/x" { capabilities = ["read"] } path "secret/data/a*" { capabilities = ["deny"] }""", "secret/data/b/x", "secret/data/a/x")]
    [InlineData("""path "secret/data/+" { capabilities = ["read"] } path "secret/data/*" { capabilities = ["list"] }""", "secret/data/x", "secret/data/x/y")]
    [InlineData("""{"path":[{"secret/data/x":[{"capabilities":["read"]}]},{"secret/data/y":{"capabilities":["list"]}}]}""", "secret/data/x", "secret/data/y")]
    [InlineData("""{"path":{"secret/data/x":{"policy":"read"}}}""", "secret/data/x", "secret/data/y")]
    public void A_rule_fits_what_the_server_takes_it_for(string policy, string readable, string unreadable)
    {
        var rules = PolicyRule.Read(policy);
        Assert.Contains("read", PolicyRule.Granted(rules, readable).Capabilities);
        Assert.DoesNotContain("read", PolicyRule.Granted(rules, unreadable).Capabilities);
    }

    [Theory]
    [InlineData("""{"token_policies":["NAME"],"policies":["NAME"]}""", 2)]
    [InlineData("""{"policies":"NAME, default"}""", 2)]
    [InlineData("""{"token_policies":["NAME"],"token_no_default_policy":true}""", 1)]
    public async Task What_a_role_grants_is_read_from_it(string role, int policies)
    {
        var address = SecretAddress.Parse("vault:secret/app#value");
        server.WritePolicy("app", """path "secret/data/app" { capabilities = ["read"] }""");
        server.Before = question => question.Path.StartsWith("auth/approle/role/", StringComparison.Ordinal)
            ? question.Path.EndsWith("/app", StringComparison.Ordinal) ? VaultAnswer.Data(System.Text.Json.Nodes.JsonNode.Parse(role.Replace("NAME", "app", StringComparison.Ordinal))!.AsObject()) : VaultAnswer.Error(404)
            : null;
        await using var store = await ConnectAsync(null);

        var compared = Good(await ((IPolicyStore)store).ComparePoliciesAsync(new PolicyHolder { Role = "auth/approle/role/app" }, [address], PolicyAudience.Application, Cancellation));

        Assert.True(compared.IsExact, string.Join("; ", compared.Missing.Concat(compared.Excess)));
        Assert.Equal(policies, compared.Policies.Count);
        Assert.Equal(FailureCode.SecretNotFound, (await ((IPolicyStore)store).ComparePoliciesAsync(new PolicyHolder { Role = "auth/approle/role/nobody" }, [address], PolicyAudience.Application, Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.ValueInvalid, (await ((IPolicyStore)store).ComparePoliciesAsync(new PolicyHolder { Role = "approle/role/app" }, [address], PolicyAudience.Application, Cancellation)).Failure?.Code);
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
    private static readonly string[] Parts = ["a", "b", "+", "a+", "ab"];
    private static readonly string[] Words = ["create", "read", "update", "list", "deny"];

    protected override string Mount => RealServer.Versioned;

    [Fact]
    public async Task Whatever_the_rules_are_they_are_taken_as_the_server_takes_them()
    {
        await RealServer.NeedAsync();
        var random = new Random(20310504);
        string[] paths = [.. Enumerable.Range(0, 40).Select(_ => $"t/{PathOf(random).Replace("+", "b", StringComparison.Ordinal)}"), "t/a+/b", "t/a+", "t/b/a+"];
        for (var round = 0; round < 25; round++)
        {
            var name = Guid.NewGuid().ToString("N");
            var body = string.Concat(Enumerable.Range(0, 7).Select(_ =>
                $"path \"t/{PathOf(random)}{(random.Next(2) == 0 ? "*" : string.Empty)}\" {{ capabilities = [\"{Words[random.Next(Words.Length)]}\"] }}\n")).Replace("+*", "b*", StringComparison.Ordinal);
            await WritePolicyAsync(name, body);

            var asked = await RealServer.PostAsync("sys/capabilities", System.Text.Json.JsonSerializer.Serialize(new { token = await TokenAsync(name), paths }));

            var data = System.Text.Json.Nodes.JsonNode.Parse(asked.Body)!["data"]!;
            foreach (var path in paths)
            {
                var theirs = data[path]!.AsArray().Select(static word => word!.ToString()).Where(static word => word != "deny").Order(StringComparer.Ordinal);
                Assert.True(theirs.SequenceEqual(PolicyRule.Granted(PolicyRule.Read(body), path).Capabilities.Order(StringComparer.Ordinal)), $"{path}: {string.Join(", ", theirs)} by\n{body}");
            }
        }
    }

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

    private static string PathOf(Random random) => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Parts[random.Next(Parts.Length)]));
}
