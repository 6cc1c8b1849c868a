using AwsDouble;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Store;

/// <summary>Each thing that people get wrong is one error, which says what and where, and nothing of the value.</summary>
public sealed class BadInputTests
{
    private const string Canary = "canary-5b1c";

    private static readonly SecretAddress Whole = SecretAddress.Parse("aws:prod/db");
    private static readonly SecretAddress Field = SecretAddress.Parse("aws:prod/db#password");

    [Fact]
    public async Task Wrong_credentials()
    {
        await using var server = await DoubleServer.StartAsync();
        await using var wrongKey = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, key: "AKIANOBODY")).Store;
        await using var wrongSecret = AwsFixture.Value(await AwsFixture.ConnectAsync(server.Address, secret: "wrong")).Store;

        foreach (var store in new[] { wrongKey, wrongSecret })
        {
            Check((await store.ReadAsync(Whole, VersionSelector.Current, AwsFixture.Cancellation)).Failure, FailureCode.CredentialsInvalid, "credentials");
        }
    }

    [Fact]
    public async Task Another_accounts_ARN()
    {
        await using var fixture = await AwsFixture.StartAsync();
        var there = SecretAddress.Parse("aws:arn:aws:secretsmanager:eu-central-1:999988887777:secret:prod/db-AbCdEf");
        Check((await fixture.Store.ReadAsync(there, VersionSelector.Current, AwsFixture.Cancellation)).Failure, FailureCode.SecretNotFound, "names the account 999988887777");
        Check((await fixture.TryPutAsync(there, Canary, SecretStage.Current)).Failure, FailureCode.SecretNotFound, "names the account 999988887777");
    }

    [Fact]
    public async Task A_value_over_64_KB()
    {
        await using var fixture = await AwsFixture.StartAsync();
        Check((await fixture.TryPutAsync(Whole, Canary + new string('x', 65536), SecretStage.Current)).Failure, FailureCode.ValueInvalid, "takes 65536");
        Assert.DoesNotContain("CreateSecret", fixture.Server.Operations);
        await fixture.PutAsync(Whole, new string('x', 65536), SecretStage.Current);
    }

    [Theory]
    [InlineData(Canary)]
    [InlineData("[\"" + Canary + "\"]")]
    [InlineData("{\"a\":\"" + Canary + "\"")]
    public async Task A_field_of_what_is_no_JSON_object(string value)
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, value, SecretStage.Current);
        Check((await fixture.Store.ReadAsync(Field, VersionSelector.Current, AwsFixture.Cancellation)).Failure, FailureCode.ValueInvalid, "no JSON object");
        Check((await fixture.TryPutAsync(Field, Canary, SecretStage.Pending)).Failure, FailureCode.ValueInvalid, "no JSON object");
        Check((await fixture.Store.CheckAccessAsync(Field, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure, FailureCode.ValueInvalid, "no JSON object");
        Check(await ListedAsync(fixture), FailureCode.ValueInvalid, "no JSON object");
    }

    [Fact]
    public async Task A_field_of_a_binary_value()
    {
        await using var fixture = await AwsFixture.StartAsync();
        using (var bytes = SecretValue.FromBytes([0, 255]))
        {
            AwsFixture.Value(await fixture.Store.PutAsync(new PutRequest(Whole, bytes, SecretStage.Current, "one"), AwsFixture.Cancellation));
        }

        Check((await fixture.Store.ReadAsync(Field, VersionSelector.Current, AwsFixture.Cancellation)).Failure, FailureCode.ValueInvalid, "is binary");
        Check((await fixture.TryPutAsync(Field, Canary, SecretStage.Pending)).Failure, FailureCode.ValueInvalid, "is binary");
        Check((await fixture.Store.CheckAccessAsync(Field, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure, FailureCode.ValueInvalid, "is binary");
        Check(await ListedAsync(fixture), FailureCode.ValueInvalid, "is binary");
    }

    [Fact]
    public async Task A_field_that_is_not_there()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, """{"user":"x"}""", SecretStage.Current);
        Check((await fixture.Store.ReadAsync(Field, VersionSelector.Current, AwsFixture.Cancellation)).Failure, FailureCode.SecretNotFound, "no field password");
        Check((await fixture.Store.CheckAccessAsync(Field, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure, FailureCode.SecretNotFound, "no field password");

        // Who wants to write it adds it, and finds the candidate that does.
        Assert.Contains("no field password", Assert.Single(AwsFixture.Value(await fixture.Store.CheckAccessAsync(Field, StoreAccess.Write | StoreAccess.Read, AwsFixture.Cancellation)).Findings), StringComparison.Ordinal);
        await fixture.PutAsync(Field, "one", SecretStage.Pending);
        Assert.Null(await ListedAsync(fixture));
    }

    [Theory]
    [InlineData(FaultKind.KeyDenied)]
    [InlineData(FaultKind.KeyDisabled)]
    public async Task A_KMS_key_that_can_t_be_used(FaultKind kind)
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => secret with { KmsKeyId = "arn:aws:kms:eu-central-1:111122223333:key/own" });
        fixture.Server.Break(new Fault("GetSecretValue", kind));

        var failure = (await fixture.Store.ReadAsync(Whole, VersionSelector.Current, AwsFixture.Cancellation)).Failure;

        Check(failure, FailureCode.AccessDenied, "key/own");
        Assert.Contains("kms:Decrypt", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_KMS_key_that_the_answer_names_with_the_action()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Break(new Fault("PutSecretValue", FaultKind.KeyActionDenied));

        var failure = (await fixture.TryPutAsync(Whole, Canary, SecretStage.Pending)).Failure;

        Check(failure, FailureCode.AccessDenied, "The KMS key arn:aws:kms:eu-central-1:111122223333:key/named of aws:prod/db can't be used: kms:Decrypt");
    }

    [Fact]
    public async Task A_key_that_keeps_the_old_value_hidden_is_seen_before_a_rotation_touches_anything()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Break(new Fault("GetSecretValue", FaultKind.KeyActionDenied, 2));

        var report = AwsFixture.Value(await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation));
        Assert.Equal(StoreAccess.Read, report.Missing);
        Assert.Contains("key/named", Assert.Single(report.Findings), StringComparison.Ordinal);
        Assert.True(AwsFixture.Value(await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Write, AwsFixture.Cancellation)).Granted);
    }

    [Fact]
    public async Task What_is_not_permitted_on_a_secret_whose_name_speaks_of_KMS_is_not_the_keys_fault()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Break(new Fault("GetSecretValue", FaultKind.Denied));
        Check((await fixture.Store.ReadAsync(Whole, VersionSelector.Current, AwsFixture.Cancellation)).Failure, FailureCode.AccessDenied, "is not permitted secretsmanager:GetSecretValue on arn:aws:secretsmanager:");
    }

    [Fact]
    public async Task What_is_not_permitted_is_named_with_who_asked()
    {
        await using var fixture = await AwsFixture.StartAsync();
        fixture.Server.Break(new Fault("DescribeSecret", FaultKind.Denied, 2));
        Check((await fixture.TryPutAsync(Whole, Canary, SecretStage.Current)).Failure, FailureCode.AccessDenied, "arn:aws:iam::111122223333:user/operator is not permitted secretsmanager:DescribeSecret");
        Assert.Equal(StoreAccess.Rotate, AwsFixture.Value(await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation)).Missing);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"Statement\":[{\"Effect\":1}]}")]
    [InlineData("{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[null],\"Principal\":\"*\"}]}")]
    [InlineData("[]")]
    public async Task A_malformed_policy(string policy)
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", secret => secret with { Policy = policy });
        Check((await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure, FailureCode.DocumentInvalid, "resource policy");
    }

    [Fact]
    public async Task More_versions_than_the_service_takes_in_the_long_run()
    {
        await using var fixture = await AwsFixture.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await fixture.PutAsync(Whole, $"value {i}", SecretStage.Current);
        }

        Check((await fixture.TryPutAsync(Whole, Canary, SecretStage.Current)).Failure, FailureCode.LimitReached, "one each 10 minutes");
        Check((await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure, FailureCode.LimitReached, "one each 10 minutes");
    }

    [Theory]
    [InlineData("aws:prod db")]
    [InlineData("aws:prod/döner")]
    [InlineData("aws:prod/db?")]
    public async Task A_name_that_no_secret_can_have(string address)
    {
        await using var fixture = await AwsFixture.StartAsync();
        Check((await fixture.TryPutAsync(SecretAddress.Parse(address), Canary, SecretStage.Current)).Failure, FailureCode.ValueInvalid, "No secret can be called");
        Assert.DoesNotContain("CreateSecret", fixture.Server.Operations);
    }

    [Theory]
    [InlineData("aws:a/b_c+d=e.f@g-h")]
    [InlineData("aws:prod/db-AbCdEf")]
    public async Task A_name_of_all_characters_that_there_are_and_one_that_looks_like_an_ARNs_end_are_fine(string address)
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(SecretAddress.Parse(address), "one", SecretStage.Current);
        Assert.Equal("one", await fixture.ReadAsync(SecretAddress.Parse(address), VersionSelector.Current));
    }

    [Fact]
    public async Task A_replica_which_is_written_in_its_primary_region()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => secret with { PrimaryRegion = "us-east-1" });
        Check((await fixture.TryPutAsync(Whole, Canary, SecretStage.Pending)).Failure, FailureCode.ManagedElsewhere, "a replica in eu-central-1; it is written in us-east-1");
        Check((await fixture.Store.CheckAccessAsync(Whole, StoreAccess.Rotate, AwsFixture.Cancellation)).Failure, FailureCode.ManagedElsewhere, "us-east-1");
    }

    [Fact]
    public async Task A_secret_that_a_function_rotates()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Whole, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => secret with { RotationFunction = "arn:aws:lambda:eu-central-1:111122223333:function:rotate" });
        Check((await fixture.TryPutAsync(Whole, Canary, SecretStage.Pending)).Failure, FailureCode.ManagedElsewhere, "function:rotate");
    }

    private static async Task<Failure?> ListedAsync(AwsFixture fixture)
    {
        await foreach (var version in fixture.Store.ListVersionsAsync(Field, AwsFixture.Cancellation))
        {
            return version.Failure;
        }

        return null;
    }

    private static void Check(Failure? failure, FailureCode code, string says)
    {
        Assert.NotNull(failure);
        Assert.Equal(code, failure.Code);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }
}
