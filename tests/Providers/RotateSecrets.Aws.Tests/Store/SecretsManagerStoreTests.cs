using AwsDouble;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Store;

public sealed class SecretsManagerStoreTests
{
    private static readonly SecretAddress Whole = SecretAddress.Parse("aws:prod/db");
    private static readonly SecretAddress Field = SecretAddress.Parse("aws:prod/db#password");

    [Fact]
    public async Task A_field_is_replaced_and_everything_else_stays_as_it_is()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, """{"port":5432, "password":"old","name":"d\u0062"}""", SecretStage.Current);

        var written = await fixture.PutAsync(Field, "n\"ew ü", SecretStage.Pending);

        Assert.Equal("n\"ew ü", await fixture.ReadAsync(Field, VersionSelector.OfId(written.Id)));
        Assert.Equal("""{"port":5432, "password":"n\"ew ü","name":"d\u0062"}""", fixture.Server.Secrets.Get("prod/db").Find(written.Id)!.Text);
        Assert.Equal("5432", await fixture.ReadAsync(SecretAddress.Parse("aws:prod/db#port"), VersionSelector.Current));
        Assert.Equal("old", await fixture.ReadAsync(Field, VersionSelector.Current));
    }

    [Fact]
    public async Task A_secret_is_read_and_written_by_its_ARN_too()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, """{"password":"old"}""", SecretStage.Current);
        var arn = SecretAddress.Parse($"aws:{fixture.Server.Secrets.Get("prod/db").Arn}#password");

        await fixture.PutAsync(arn, "new", SecretStage.Current);

        Assert.Equal("new", await fixture.ReadAsync(Field, VersionSelector.Current));
    }

    [Fact]
    public async Task A_binary_secret_stays_binary()
    {
        await using var fixture = await AwsFixture.StartAsync();
        using (var bytes = SecretValue.FromBytes([0, 255]))
        {
            AwsFixture.Value(await fixture.Store.PutAsync(new PutRequest(Whole, bytes, SecretStage.Current, "one"), AwsFixture.Cancellation));
        }

        var text = await fixture.PutAsync(Whole, "text", SecretStage.Pending);

        Assert.Equal("dGV4dA==", fixture.Server.Secrets.Get("prod/db").Find(text.Id)!.Binary);
    }

    [Fact]
    public async Task A_rotations_token_is_the_versions_id()
    {
        await using var fixture = await AwsFixture.StartAsync();
        var token = Guid.NewGuid().ToString("N");
        Assert.Equal(token, (await fixture.PutAsync(Whole, "one", SecretStage.Current, token)).Id);
        Assert.Equal(64, (await fixture.PutAsync(Whole, "two", SecretStage.Current, "short")).Id.Length);
    }

    [Fact]
    public async Task A_first_version_is_known_by_the_id_that_the_answer_gives_it()
    {
        await using var fixture = await AwsFixture.StartAsync();
        fixture.Server.NamesFirstVersionsItself = true;
        var first = await fixture.PutAsync(Whole, "one", SecretStage.Current);
        Assert.Equal("one", await fixture.ReadAsync(Whole, VersionSelector.OfId(first.Id)));
        await fixture.PutAsync(Whole, "two", SecretStage.Current, expected: first.Id);
    }

    [Fact]
    public async Task Somebody_elses_candidate_is_shown_with_its_age_and_withdrawn_by_its_id()
    {
        const string id = "0123456789abcdef0123456789abcdef";
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => (secret with { Versions = [.. secret.Versions, new SecretRow(id, 1_700_000_000) { Text = "x" }] }).WithLabels(id, "AWSPENDING"));

        var finding = Assert.Single(AwsFixture.Value(await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation)).Findings);
        Assert.Contains("pending since 2023-11-14 22:13:20Z, written by somebody else", finding, StringComparison.Ordinal);
        var refused = (await fixture.TryPutAsync(Whole, "two", SecretStage.Pending)).Failure;
        Assert.Equal(FailureCode.VersionConflict, refused?.Code);

        Assert.Equal(SecretStage.Revoked, AwsFixture.Value(await fixture.Store.RevokeAsync(Whole, id, AwsFixture.Cancellation)).Stage);
        await fixture.PutAsync(Whole, "two", SecretStage.Pending);
    }

    [Fact]
    public async Task A_rotation_that_is_over_leaves_AWSPENDING_where_the_next_one_takes_it_from()
    {
        await using var fixture = await AwsFixture.StartAsync();
        var first = await fixture.PutAsync(Whole, "one", SecretStage.Current);
        var second = await fixture.PutAsync(Whole, "two", SecretStage.Pending);
        AwsFixture.Value(await fixture.Store.PromoteAsync(Whole, second.Id, first.Id, AwsFixture.Cancellation));
        Assert.Equal(FailureCode.VersionNotFound, (await fixture.Store.ReadAsync(Whole, VersionSelector.OfStage(SecretStage.Pending), AwsFixture.Cancellation)).Failure?.Code);

        await fixture.PutAsync(Whole, "three", SecretStage.Pending);

        Assert.Equal("three", await fixture.ReadAsync(Whole, VersionSelector.OfStage(SecretStage.Pending)));
    }

    [Fact]
    public async Task Secrets_are_listed_page_by_page()
    {
        await using var fixture = await AwsFixture.StartAsync();
        fixture.Server.PageSize = 2;
        foreach (var name in new[] { "a/1", "a/2", "a/3", "b/1" })
        {
            await fixture.PutAsync(SecretAddress.Parse($"aws:{name}"), "x", SecretStage.Current);
        }

        var listed = new List<string>();
        await foreach (var version in fixture.Store.ListAsync("a/", AwsFixture.Cancellation))
        {
            listed.Add(AwsFixture.Value(version).Address.Path);
        }

        Assert.Equal(["a/1", "a/2", "a/3"], listed);
        Assert.Equal(2, fixture.Server.Operations.Count(static operation => operation == "ListSecrets"));
    }

    [Fact]
    public async Task Replicas_are_awaited_before_the_old_version_is_revoked()
    {
        await using var fixture = await AwsFixture.StartAsync();
        var first = await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => secret with { Replicas = [("eu-west-1", "InSync")] });
        var second = await fixture.PutAsync(Whole, "two", SecretStage.Pending);
        AwsFixture.Value(await fixture.Store.PromoteAsync(Whole, second.Id, first.Id, AwsFixture.Cancellation));
        fixture.Server.Exchanges.Clear();

        AwsFixture.Value(await fixture.Store.RevokeAsync(Whole, first.Id, AwsFixture.Cancellation));

        Assert.True(fixture.Server.Operations.TakeWhile(static operation => operation != "UpdateSecretVersionStage").Count(static operation => operation == "DescribeSecret") > fixture.Server.Secrets.Delay);
    }

    [Fact]
    public async Task A_replica_that_has_failed_keeps_the_old_version()
    {
        await using var fixture = await AwsFixture.StartAsync();
        var first = await fixture.PutAsync(Whole, "one", SecretStage.Current);
        await fixture.PutAsync(Whole, "two", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => secret with { Replicas = [("eu-west-1", "Failed")] });

        var refused = (await fixture.Store.RevokeAsync(Whole, first.Id, AwsFixture.Cancellation)).Failure;

        Assert.Equal(FailureCode.NotConverged, refused?.Code);
        Assert.Contains("eu-west-1 is Failed", refused!.Message, StringComparison.Ordinal);
        Assert.Equal("one", await fixture.ReadAsync(Whole, VersionSelector.OfId(first.Id)));
    }

    [Fact]
    public async Task A_removed_secret_comes_back_for_who_makes_it_again()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        AwsFixture.Value(await fixture.Store.RemoveAsync(Whole, AwsFixture.Cancellation));
        AwsFixture.Value(await fixture.Store.RemoveAsync(Whole, AwsFixture.Cancellation));
        Assert.Equal(FailureCode.SecretDeleted, (await fixture.Store.ReadAsync(Whole, VersionSelector.Current, AwsFixture.Cancellation)).Failure?.Code);

        await fixture.PutAsync(Whole, "two", SecretStage.Current, expected: PutRequest.NoVersion);

        Assert.Equal("two", await fixture.ReadAsync(Whole, VersionSelector.Current));
    }

    [Fact]
    public async Task What_somebody_else_scheduled_for_deletion_is_left_to_them()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => secret with { DeletedAt = 1_900_000_000 });

        Assert.Equal(FailureCode.SecretDeleted, (await fixture.TryPutAsync(Whole, "two", SecretStage.Current)).Failure?.Code);
        Assert.Equal(FailureCode.SecretDeleted, (await fixture.TryPutAsync(Whole, "two", SecretStage.Pending)).Failure?.Code);
        Assert.Equal(FailureCode.SecretDeleted, (await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure?.Code);
        Assert.DoesNotContain("RestoreSecret", fixture.Server.Operations);
    }

    [Fact]
    public async Task What_is_made_is_tagged_and_tags_are_shown()
    {
        await using var server = await DoubleServer.StartAsync();
        await using var store = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, more: ("Tag", "team=payments"))).Store;
        using var value = SecretValue.FromText("one");
        AwsFixture.Value(await store.PutAsync(new PutRequest(Whole, value, SecretStage.Current, "one"), AwsFixture.Cancellation));

        var finding = Assert.Single(AwsFixture.Value(await store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation)).Findings);

        Assert.Equal("It is tagged team=payments.", finding);
    }
}

/// <summary>The contract, where what was just written is not found by the next reads.</summary>
public sealed class LaggingContractTests : DoubleContractTests
{
    protected override int Lag => 2;
}
