using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Rotations;

/// <summary>What the token may not do is known before anything is written.</summary>
public sealed class PermissionTests : IAsyncLifetime
{
    private const string Wide = """path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }""" + "\n";
    private const string Writing = """path "secret/data/rotation/NAME_NEW" { capabilities = ["create", "read", "update"] }""" + "\n";
    private const string Noting = """path "secret/metadata/rotation/NAME_NEW" { capabilities = ["read", "update"] }""" + "\n";
    private const string Removing = """path "secret/metadata/rotation/NAME_NEW" { capabilities = ["read", "update", "delete"] }""" + "\n";

    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await VaultDouble.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("""path "secret/destroy/+/{0}" {{ capabilities = ["deny"] }}""")]
    [InlineData("""path "secret/destroy/rotation/{0}" {{ capabilities = ["deny"] }}""")]
    public async Task What_a_more_exact_rule_denies_is_known_before_anything_is_written(string denial)
    {
        await using var house = await HouseAsync(0);
        await house.PutAsync("the old value, long enough");
        var name = house.Plan.Address.Path.Split('/')[^1];
        server.WritePolicy("denied", Wide + string.Format(System.Globalization.CultureInfo.InvariantCulture, denial, name));
        await house.Store.DisposeAsync();
        house.Store = await Doors.ConnectAsync(server, server.Token(TimeSpan.FromHours(1), true, "denied").Id);
        server.ForgetRequests();

        var rotation = await house.RunAsync();

        Assert.Equal(RotationState.Undone, rotation.State);
        Assert.Contains(rotation.Steps, step => step.Message?.Contains($"secret/destroy/rotation/{name}", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(server.Requests, static request => request.StartsWith("POST secret/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(StrategyKind.SideBySide, "", "'read' and 'update' and 'delete' at secret/metadata/rotation/NAME_NEW")]
    [InlineData(StrategyKind.SideBySide, Writing + Noting, "'delete' at secret/metadata/rotation/NAME_NEW")]
    [InlineData(StrategyKind.SideBySide, Writing + Removing, null)]
    [InlineData(StrategyKind.Rename, Writing + Removing, "'delete' at secret/metadata/rotation/NAME;")]
    public async Task What_is_not_permitted_at_the_second_name_is_known_before_anything_is_written(StrategyKind strategy, string more, string? lacking)
    {
        await using var house = await HouseAsync(0);
        await house.PutAsync("the old value, long enough");
        var name = house.Plan.Address.Path.Split('/')[^1];
        var exact = RotationHouse.Value(await ((IPolicyStore)house.Store).WritePolicyAsync([house.Plan.Address], PolicyAudience.Operator, PolicyFormat.Native, Cancellation));
        server.WritePolicy("side", exact.Body + more.Replace("NAME", name, StringComparison.Ordinal));
        house.Plan = house.Plan with { Strategy = strategy };
        await house.Store.DisposeAsync();
        house.Store = await Doors.ConnectAsync(server, server.Token(TimeSpan.FromHours(1), true, "side").Id);
        server.ForgetRequests();

        var rotation = await house.RunAsync();

        Assert.Equal(lacking is null ? RotationState.Completed : RotationState.Undone, rotation.State);
        Assert.Equal(lacking is null, server.Requests.Any(static request => request.StartsWith("POST secret/", StringComparison.Ordinal)));
        Assert.True(
            lacking is null || rotation.Steps.Exists(step => step.Message.Contains(lacking.Replace("NAME", name, StringComparison.Ordinal), StringComparison.Ordinal)),
            string.Join('\n', rotation.Steps.Select(static step => step.Message)));
    }

    private async Task<ISecretStore> ConnectAsync() => await Doors.ConnectAsync(server);

    private async Task<RotationHouse> HouseAsync(int consumers) => await RotationHouse.BuildAsync(await ConnectAsync(), SecretAddress.Parse($"vault:secret/rotation/{Guid.NewGuid():N}#value"), consumers);
}
