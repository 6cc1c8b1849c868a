using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Tests.Rotations;

/// <summary>A secret that a Lambda function rotates.</summary>
public sealed class DelegatedTests
{
    private static readonly RotationPlan Plan = new(RotationFixture.Address) { Strategy = StrategyKind.Delegated };

    [Fact]
    public async Task The_function_is_started_and_followed_and_every_process_gets_its_value()
    {
        await using var fixture = await StartAsync(replicas: 1);

        var rotation = await fixture.RotateAsync(Plan);

        Assert.Equal(RotationState.Completed, rotation.State);
        Assert.Equal($"rotated-by-function-{rotation.Id}", await fixture.ReadAsync(SecretStage.Current));
        Assert.All(await fixture.HeldAsync(), held => Assert.Equal(RotationFixture.Digest($"rotated-by-function-{rotation.Id}"), held));
        Assert.DoesNotContain("PutSecretValue", fixture.Server.Operations);
        Assert.Single(fixture.Server.Operations, static operation => operation == "RotateSecret");
    }

    [Fact]
    public async Task It_is_not_rotated_behind_its_functions_back()
    {
        await using var fixture = await StartAsync(replicas: 0);
        Assert.Equal(RotationState.Undone, (await fixture.RotateAsync()).State);
        Assert.Equal(RotationFixture.Old, await fixture.ReadAsync(SecretStage.Current));
    }

    [Fact]
    public async Task Once_the_function_has_rotated_there_is_no_way_back()
    {
        await using var fixture = await StartAsync(replicas: 0);
        var stopped = await fixture.RotateUntilAsync(StepKind.Grace, RotationEventKind.StepBegun, Plan with { Grace = TimeSpan.FromSeconds(2) });

        await fixture.UndoAsync(stopped.Id);
        Assert.Equal($"rotated-by-function-{stopped.Id}", await fixture.ReadAsync(SecretStage.Current));

        Assert.Equal(RotationState.Completed, (await fixture.ResumeAsync(stopped.Id)).State);
    }

    private static async Task<RotationFixture> StartAsync(int replicas)
    {
        var fixture = await RotationFixture.StartAsync(replicas);
        fixture.Server.Secrets.Change("prod/proxy/jwt", static secret => secret with { RotationFunction = "arn:aws:lambda:eu-central-1:111122223333:function:rotate" });
        return fixture;
    }
}
