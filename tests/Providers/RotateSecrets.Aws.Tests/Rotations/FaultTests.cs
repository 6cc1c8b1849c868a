using AwsDouble;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Tests.Rotations;

public sealed class FaultTests
{
    private static readonly string[] Operations = ["DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"];

    public static TheoryData<string, FaultKind> Faults =>
    [
        .. from operation in Operations
           from kind in new[] { FaultKind.Throttle, FaultKind.ServerError, FaultKind.DropBefore, FaultKind.DropAfter, FaultKind.HalfAnswer }
           select (operation, kind),
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_request_that_fails_once_delays_a_rotation_and_mints_no_second_version(string operation, FaultKind kind)
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        fixture.Server.Break(new Fault(operation, kind));

        var rotation = await fixture.RotateAsync();

        Assert.Equal(RotationState.Completed, rotation.State);
        var versions = fixture.Server.Secrets.Get("prod/proxy/jwt").Versions;
        Assert.Equal(2, versions.Count);
        Assert.Equal(rotation.Id, Assert.Single(versions, static version => version.Labels.Count > 0).Id);
    }

    [Theory]
    [InlineData(FaultKind.Throttle)]
    [InlineData(FaultKind.ServerError)]
    [InlineData(FaultKind.DropBefore)]
    public async Task A_storm_longer_than_any_patience_leaves_a_rotation_that_is_resumed(FaultKind kind)
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        fixture.Server.Break(new Fault("PutSecretValue", kind, 1000));
        var stuck = await fixture.RotateAsync();
        Assert.Equal(RotationState.Failed, stuck.State);
        fixture.Server.Calm();

        var resumed = await fixture.ResumeAsync(stuck.Id);

        Assert.Equal(RotationState.Completed, resumed.State);
        Assert.Equal(2, fixture.Server.Secrets.Get("prod/proxy/jwt").Versions.Count);
    }

    [Theory]
    [InlineData(StepKind.Create)]
    [InlineData(StepKind.Stage)]
    [InlineData(StepKind.Promote)]
    [InlineData(StepKind.Grace)]
    [InlineData(StepKind.Revoke)]
    public async Task A_rotation_that_ends_between_two_steps_is_finished_by_the_next_run(StepKind last)
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        var stopped = await fixture.RotateUntilAsync(last);
        Assert.Equal(RotationState.Stopped, stopped.State);

        var resumed = await fixture.ResumeAsync(stopped.Id);

        Assert.Equal(RotationState.Completed, resumed.State);
        Assert.Equal(2, fixture.Server.Secrets.Get("prod/proxy/jwt").Versions.Count);
        Assert.Equal(stopped.Id, fixture.Server.Secrets.Get("prod/proxy/jwt").Labelled("AWSCURRENT")!.Id);
    }

    [Fact]
    public async Task A_service_that_has_no_policies_is_no_obstacle()
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        fixture.Server.Break(new Fault("GetResourcePolicy", FaultKind.NotImplemented, 10));
        Assert.Equal(RotationState.Completed, (await fixture.RotateAsync()).State);
    }

    [Fact]
    public async Task A_candidate_of_somebody_else_is_not_taken_over()
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        fixture.Server.Secrets.Change("prod/proxy/jwt", static secret =>
            (secret with { Versions = [.. secret.Versions, new SecretRow("0123456789abcdef0123456789abcdef", 1_700_000_000) { Text = "theirs" }] })
                .WithLabels("0123456789abcdef0123456789abcdef", "AWSPENDING"));

        var rotation = await fixture.RotateAsync();

        Assert.Equal(RotationState.Undone, rotation.State);
        Assert.Equal("theirs", await fixture.ReadAsync(SecretStage.Pending));
        Assert.DoesNotContain("PutSecretValue", fixture.Server.Operations);
    }

    [Fact]
    public async Task What_was_just_written_may_not_be_found_for_a_while()
    {
        await using var fixture = await RotationFixture.StartAsync();
        fixture.Server.Secrets.Lag = 3;

        var rotation = await fixture.RotateAsync();

        Assert.Equal(RotationState.Completed, rotation.State);
        fixture.Server.Secrets.Lag = 0;
        Assert.Equal(2, fixture.Server.Secrets.Get("prod/proxy/jwt").Versions.Count(static version => version.HasValue));
    }
}
