using AwsDouble;
using RotateSecrets.Contracts;
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

    [Fact]
    public async Task A_function_that_fails_is_waited_for_as_long_as_it_may_take_and_run_again_for_the_same_version()
    {
        var time = new HastyTime();
        await using var fixture = await StartAsync(replicas: 0, time);
        fixture.Server.Secrets.FunctionFails = true;

        var stuck = await fixture.RotateAsync(Plan);

        Assert.Equal(RotationState.Failed, stuck.State);
        Assert.InRange(time.Slept, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(16));
        Assert.Contains("function:rotate has not made version", stuck.Message + stuck.Steps[^1].Message, StringComparison.Ordinal);
        Assert.Single(fixture.Server.Operations, static operation => operation == "RotateSecret");
        Assert.InRange(fixture.Server.Exchanges.Count, 1, 250);
        Assert.Contains("AWSPENDING", Pending(fixture, stuck.Id).Labels);

        fixture.Server.Secrets.FunctionFails = false;
        var resumed = await fixture.ResumeAsync(stuck.Id);

        Assert.True(resumed.State == RotationState.Completed, resumed.Message);
        Assert.Equal($"rotated-by-function-{stuck.Id}", await fixture.ReadAsync(SecretStage.Current));
        Assert.Equal(2, fixture.Server.Secrets.Get("prod/proxy/jwt").Versions.Count);
    }

    [Fact]
    public async Task What_a_failed_function_left_pending_is_taken_away_on_demand_and_blocks_no_later_rotation()
    {
        await using var fixture = await StartAsync(replicas: 0, new HastyTime());
        fixture.Server.Secrets.FunctionFails = true;
        var stuck = await fixture.RotateAsync(Plan);

        var undone = await fixture.UndoAsync(stuck.Id);

        Assert.True(undone.State == RotationState.Undone, undone.Message);
        Assert.Empty(Pending(fixture, stuck.Id).Labels);
        Assert.Equal(RotationFixture.Old, await fixture.ReadAsync(SecretStage.Current));
        fixture.Server.Secrets.FunctionFails = false;
        Assert.Equal(RotationState.Completed, (await fixture.RotateAsync(Plan)).State);
    }

    [Fact]
    public async Task A_version_that_an_earlier_run_of_the_function_left_pending_is_shown_with_its_age_and_nothing_is_started()
    {
        await using var fixture = await StartAsync(replicas: 0);
        const string stuck = "0123456789abcdef0123456789abcdef";
        fixture.Server.Secrets.Change("prod/proxy/jwt", static secret => (secret with { Versions = [.. secret.Versions, new SecretRow(stuck, 1_700_000_000)] }).WithLabels(stuck, "AWSPENDING"));

        var rotation = await fixture.RotateAsync(Plan);

        Assert.Equal(RotationState.Undone, rotation.State);
        Assert.Contains(rotation.Steps, static step => step.Message.Contains(stuck, StringComparison.Ordinal) && step.Message.Contains("pending since 2023-11-14", StringComparison.Ordinal));
        Assert.DoesNotContain("RotateSecret", fixture.Server.Operations);
        Assert.Contains("AWSPENDING", Pending(fixture, stuck).Labels);
    }

    private static SecretRow Pending(RotationFixture fixture, string id) => fixture.Server.Secrets.Get("prod/proxy/jwt").Find(id)!;

    private static async Task<RotationFixture> StartAsync(int replicas, TimeProvider? time = null)
    {
        var fixture = await RotationFixture.StartAsync(replicas, time);
        fixture.Server.Secrets.Change("prod/proxy/jwt", static secret => secret with { RotationFunction = "arn:aws:lambda:eu-central-1:111122223333:function:rotate" });
        return fixture;
    }
}
