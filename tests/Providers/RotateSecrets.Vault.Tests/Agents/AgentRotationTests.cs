using RotateSecrets.Consumers;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Agents;

/// <summary>Rotations with an agent on this machine, which a task of the test stands for: it renders its template anew now and then.</summary>
public sealed class AgentRotationTests : IAsyncLifetime
{
    private static readonly SecretAddress Address = SecretAddress.Parse("vault:secret/proxy/jwt#value");

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private VaultDouble server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Rendered => Path.Combine(folder, "proxy.env");

    public async ValueTask InitializeAsync()
    {
        server = await VaultDouble.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "agent.hcl"), """
            template_config { static_secret_render_interval = "2s" }
            template {
              contents = "{{ with secret \"secret/data/proxy/jwt\" }}KEY={{ .Data.data.value }}{{ end }}"
              destination = "proxy.env"
            }
            """, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_old_value_is_revoked_when_the_agent_has_rendered_the_new_one()
    {
        await using var house = await HouseAsync();
        await house.PutAsync("the old value, long enough");
        await RenderAsync();
        using var end = new CancellationTokenSource();
        var agent = AgentAsync(end.Token);

        var rotation = await house.RunAsync();

        await end.CancelAsync();
        await agent;
        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        Assert.Contains(await house.ReadAsync(VersionSelector.Current), await File.ReadAllTextAsync(Rendered, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_does_not_render_keeps_the_old_value_alive_and_is_given_its_interval_before()
    {
        await using var house = await HouseAsync();
        var first = await house.PutAsync("the old value, long enough");
        await RenderAsync();
        house.Plan = house.Plan with { ConvergenceDeadline = TimeSpan.Zero, UndoOnFailure = false };
        var time = System.Diagnostics.Stopwatch.StartNew();

        var rotation = await house.RunAsync();

        Assert.True(time.Elapsed >= TimeSpan.FromSeconds(2));
        Assert.NotEqual(RotationState.Completed, rotation.State);
        Assert.Contains(rotation.Steps, static step => step.Message.Contains("proxy.env", StringComparison.Ordinal));
        Assert.NotEqual(SecretStage.Revoked, (await house.VersionsAsync()).Single(version => version.Id == first.Id).Stage);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_read_stops_the_rotation_before_anything_is_touched()
    {
        await using var house = await HouseAsync();
        await house.PutAsync("the old value, long enough");
        await File.WriteAllTextAsync(Path.Combine(folder, "agent.hcl"), "template {", Cancellation);

        var rotation = await house.RunAsync();

        Assert.Equal(RotationState.Undone, rotation.State);
        Assert.Single(await house.VersionsAsync());
    }

    [Fact]
    public async Task Which_version_a_file_holds_is_told_by_its_content()
    {
        await using var house = await HouseAsync();
        var first = await house.PutAsync("the old value, long enough");
        await RenderAsync();
        var found = new List<Consumer>();
        await foreach (var consumer in house.Services.Consumers.FindAsync(Address, Cancellation))
        {
            found.Add(RotationHouse.Value(consumer));
        }

        var agent = Assert.Single(found);
        Assert.Equal(Uptake.Wait, agent.Uptake);
        Assert.Equal(TimeSpan.FromSeconds(2), agent.Within);
        var control = RotationHouse.Value(house.Services.Consumers.ControlOf(agent));
        Assert.Equal(Holding.Holds, RotationHouse.Value(await control.ProveAsync(agent, first, Cancellation)).Instances.Single().Holding);
        var second = await house.PutAsync("another value, long enough");
        Assert.Equal(Holding.Lacks, RotationHouse.Value(await control.ProveAsync(agent, second, Cancellation)).Instances.Single().Holding);
    }

    private async Task<RotationHouse> HouseAsync()
    {
        var connection = RotationHouse.Value(await Doors.TryConnectAsync(
            server.Address.ToString(), server.RootToken, settings: ("AgentConfig", Path.Combine(folder, "agent.hcl"))));
        return await RotationHouse.BuildAsync(connection.Store, Address, 0, connection);
    }

    private async Task AgentAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await RenderAsync();
            await Task.Delay(100, CancellationToken.None);
        }
    }

    private async Task RenderAsync()
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server.RootToken);
        var body = await client.GetStringAsync(new Uri(server.Address, "v1/secret/data/proxy/jwt"), Cancellation);
        var aside = Rendered + ".new";
        await File.WriteAllTextAsync(aside, $"KEY={System.Text.Json.Nodes.JsonNode.Parse(body)!["data"]!["data"]!["value"]}", Cancellation);
        File.Move(aside, Rendered, overwrite: true);
    }
}
