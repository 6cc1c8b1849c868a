using System.Text.Json.Nodes;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using Rotator;

namespace RotateSecrets.Aws.Tests.Rotations;

/// <summary>A whole rotation and its undo, on whatever service the environment names.</summary>
public class EndpointRotationTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;
    private World world = null!;

    /// <summary>Which secret.</summary>
    protected virtual SecretAddress Address { get; } = SecretAddress.Parse($"aws:/rotatesecrets/rotation-{Guid.NewGuid():N}#password");

    /// <summary>The whole of its first value.</summary>
    protected virtual string First => new JsonObject { ["user"] = "app", ["password"] = KilledSample.Old }.ToJsonString();

    /// <summary>What the last step says that a rotation costs.</summary>
    protected virtual string Cost => "7 requests";

    private ISecretStore Store => World.Of(world.StoreOf(Address));

    private SecretAddress Whole => SecretAddress.Parse($"{Address.Store}:{Address.Path}");

    public async ValueTask InitializeAsync()
    {
        NamedEndpoint.Require();
        world = await World.OpenAsync(folder);
        using var whole = SecretValue.FromText(First);
        World.Of(await Store.PutAsync(new PutRequest(Whole, whole, SecretStage.Current, "first"), AwsFixture.Cancellation));
    }

    [Fact]
    public async Task A_rotation_is_made_and_the_next_one_too()
    {
        for (var turn = 0; turn < 2; turn++)
        {
            var before = await CurrentAsync();
            var rotation = await DrainAsync(world.Runner.RunAsync([new RotationPlan(Address)], new RotationOptions(), default));

            Assert.Equal(RotationState.Completed, rotation.State);
            Assert.Contains(Cost, rotation.Steps[^1].Message, StringComparison.Ordinal);
            Assert.NotEqual(before, await CurrentAsync());
            Assert.Single(await VersionsAsync(), static version => version.Stage != SecretStage.Revoked);
        }
    }

    [Fact]
    public async Task A_rotation_is_undone()
    {
        using var stop = new CancellationTokenSource();
        var events = world.Runner.RunAsync([new RotationPlan(Address) { Grace = TimeSpan.FromSeconds(2) }], new RotationOptions(), new RotateSecrets.Consumers.StopRequest(stop.Token, default));
        var stopped = await DrainAsync(events, happened =>
        {
            if (happened is { Kind: RotationEventKind.StepBegun, StepKind: StepKind.Grace })
            {
                stop.Cancel();
            }
        });
        Assert.NotEqual(KilledSample.Old, await CurrentAsync());

        Assert.Equal(RotationState.Undone, (await DrainAsync(world.Runner.UndoAsync(stopped.Id, new RotationOptions(), default))).State);

        Assert.Equal(KilledSample.Old, await CurrentAsync());
        Assert.DoesNotContain(await VersionsAsync(), static version => version.Stage == SecretStage.Pending);
    }

    public async ValueTask DisposeAsync()
    {
        if (world is not null)
        {
            World.Of(await Store.RemoveAsync(Whole, CancellationToken.None));
            await world.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task<string> CurrentAsync()
    {
        using var value = World.Of(await Store.ReadAsync(Address, VersionSelector.Current, AwsFixture.Cancellation)).Value!;
        return value.Reveal();
    }

    private async Task<List<SecretVersion>> VersionsAsync()
    {
        var versions = new List<SecretVersion>();
        await foreach (var version in Store.ListVersionsAsync(Address, AwsFixture.Cancellation))
        {
            versions.Add(World.Of(version));
        }

        return versions;
    }

    private async Task<SecretRotation> DrainAsync(IAsyncEnumerable<Outcome<RotationEvent>> events, Action<RotationEvent>? watch = null)
    {
        var id = string.Empty;
        await foreach (var happened in events)
        {
            var entry = World.Of(happened);
            id = entry.RotationId;
            watch?.Invoke(entry);
        }

        return SecretRotation.Of(id, World.Of(await world.Journal.ReadAsync(id, AwsFixture.Cancellation)));
    }
}

/// <summary>The same with a parameter.</summary>
public sealed class ParameterEndpointRotationTests : EndpointRotationTests
{
    protected override SecretAddress Address { get; } = SecretAddress.Parse($"ssm:/rotatesecrets/rotation-{Guid.NewGuid():N}");

    protected override string First => KilledSample.Old;

    protected override string Cost => " requests";
}
