using AwsDouble;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Tests.Rotations;

public sealed class RotationTests
{
    [Fact]
    public async Task A_rotation_takes_seven_requests_and_every_process_has_the_new_value()
    {
        await using var fixture = await RotationFixture.StartAsync();

        var rotation = await fixture.RotateAsync();

        Assert.Equal(RotationState.Completed, rotation.State);
        string[] expected = ["DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "UpdateSecretVersionStage"];
        Assert.Equal(expected, fixture.Server.Operations);
        Assert.Contains("7 requests", rotation.Steps[^1].Message, StringComparison.Ordinal);
        var current = await fixture.ReadAsync(SecretStage.Current);
        Assert.NotEqual(RotationFixture.Old, current);
        Assert.All(await fixture.HeldAsync(), held => Assert.Equal(RotationFixture.Digest(current), held));
        Assert.Equal(rotation.Id, rotation.Candidate);
    }

    [Fact]
    public async Task A_second_rotation_takes_seven_requests_too()
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        Assert.Equal(RotationState.Completed, (await fixture.RotateAsync()).State);
        fixture.Server.Exchanges.Clear();

        Assert.Equal(RotationState.Completed, (await fixture.RotateAsync()).State);

        Assert.Equal(7, fixture.Server.Exchanges.Count);
        Assert.Single(fixture.Server.Secrets.Get("prod/proxy/jwt").Versions, static version => version.Labels.Count > 0);
    }

    [Fact]
    public async Task What_the_preflight_found_out_is_reported_and_costs_no_more()
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        fixture.Server.Secrets.Change("prod/proxy/jwt", static secret => secret with
        {
            Policy = """{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"secretsmanager:Get*"}]}""",
        });

        var rotation = await fixture.RotateAsync();

        Assert.Equal(RotationState.Completed, rotation.State);
        Assert.Contains("lets others read it: arn:aws:iam::444455556666:root.", rotation.Steps[0].Message, StringComparison.Ordinal);
        Assert.Equal(7, fixture.Server.Exchanges.Count);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("{\"other\":1}")]
    [InlineData("{\"f\":[]}")]
    public async Task A_field_that_is_no_value_ends_in_the_preflight(string whole)
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        fixture.Server.Secrets.Change("prod/proxy/jwt", secret => secret with { Versions = [.. secret.Versions.Select(version => version with { Text = whole })] });

        var refused = await fixture.RotateAsync(new RotationPlan(SecretAddress.Parse("aws:prod/proxy/jwt#f")));

        Assert.Equal(RotationState.Undone, refused.State);
        Assert.DoesNotContain(refused.Steps, static step => step.Kind == StepKind.Create);
        Assert.DoesNotContain("PutSecretValue", fixture.Server.Operations);
    }

    [Fact]
    public async Task A_rotation_is_undone_with_its_consumers()
    {
        await using var fixture = await RotationFixture.StartAsync();
        var stopped = await fixture.RotateUntilAsync(
            StepKind.Grace, RotationEventKind.StepBegun, new RotationPlan(RotationFixture.Address) { Grace = TimeSpan.FromSeconds(2) });
        Assert.Equal(RotationState.Stopped, stopped.State);
        Assert.NotEqual(RotationFixture.Old, await fixture.ReadAsync(SecretStage.Current));

        var undone = await fixture.UndoAsync(stopped.Id);

        Assert.Equal(RotationState.Undone, undone.State);
        Assert.Equal(RotationFixture.Old, await fixture.ReadAsync(SecretStage.Current));
        Assert.All(await fixture.HeldAsync(), static held => Assert.Equal(RotationFixture.Digest(RotationFixture.Old), held));
        var left = Assert.Single(fixture.Server.Secrets.Get("prod/proxy/jwt").Versions, static version => version.Labels.Count > 0);
        Assert.Equal(RotationFixture.Old, left.Text);
    }

    [Fact]
    public async Task The_second_name_is_retired_with_a_way_back_and_serves_the_next_rotation_too()
    {
        var plan = new RotationPlan(RotationFixture.Address) { Strategy = StrategyKind.SideBySide };
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        Assert.Equal(RotationState.Completed, (await fixture.RotateAsync(plan)).State);
        Assert.NotNull(fixture.Server.Secrets.Get("prod/proxy/jwt_NEW").DeletedAt);
        var first = await fixture.ReadAsync(SecretStage.Current);

        var stopped = await fixture.RotateUntilAsync(StepKind.Stage, plan: plan);
        Assert.Null(fixture.Server.Secrets.Get("prod/proxy/jwt_NEW").DeletedAt);
        Assert.Equal(RotationState.Undone, (await fixture.UndoAsync(stopped.Id)).State);
        Assert.NotNull(fixture.Server.Secrets.Get("prod/proxy/jwt_NEW").DeletedAt);
        Assert.Equal(first, await fixture.ReadAsync(SecretStage.Current));

        Assert.Equal(RotationState.Completed, (await fixture.RotateAsync(plan)).State);
        Assert.NotEqual(first, await fixture.ReadAsync(SecretStage.Current));
    }

    [Fact]
    public async Task Versions_that_follow_each_other_for_long_are_refused_before_anything_is_written_but_in_an_emergency()
    {
        await using var fixture = await RotationFixture.StartAsync(replicas: 0);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        // Ten in less than a hundred minutes: faster than one each ten minutes, which the service's API reference asks for.
        fixture.Server.Secrets.Change("prod/proxy/jwt", secret => secret with
        {
            Versions = [.. Enumerable.Range(1, 9).Select(age => new SecretRow($"{age:D32}", now - (age * 660)) { Text = "older" }), .. secret.Versions],
        });

        var refused = await fixture.RotateAsync();

        Assert.Equal(RotationState.Undone, refused.State);
        Assert.Contains(refused.Steps, static step => step.Message.Contains("takes one each 10 minutes", StringComparison.Ordinal));
        Assert.DoesNotContain("PutSecretValue", fixture.Server.Operations);

        var urgent = await fixture.RotateAsync(options: new RotationOptions { Emergency = true });

        Assert.True(urgent.State == RotationState.Completed, urgent.Message);
        Assert.NotEqual(RotationFixture.Old, await fixture.ReadAsync(SecretStage.Current));
    }
}
