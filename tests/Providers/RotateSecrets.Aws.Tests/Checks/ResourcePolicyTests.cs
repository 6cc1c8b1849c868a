using RotateSecrets.Aws.Checks;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Tests.Checks;

/// <summary>Who else reads a secret, by its resource policy.</summary>
public sealed class ResourcePolicyTests
{
    private static readonly SecretAddress Address = SecretAddress.Parse("aws:prod/db");

    [Theory]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":["A","B"]},"Action":"secretsmanager:Get*"}""", "A, B")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"A","Service":"B"},"Action":["x:y","SecretsManager:?etSecretValue"]}""", "A, B")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"Bool":{}}}""", "everybody (under conditions)")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"secretsmanager:*Value"}""", "everybody")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"A"},"Action":"secretsmanager:*Policy"}""", "")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"A"},"NotAction":"secretsmanager:*"}""", "")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"A"},"NotAction":"secretsmanager:Put*"}""", "A")]
    [InlineData("""{"Effect":"Allow","NotPrincipal":{"AWS":"A"},"Action":"*"}""", "everybody but those named")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":["A","B"]},"Action":"*"},{"Effect":"Deny","Principal":{"AWS":"B"},"Action":"secretsmanager:GetSecretValue"}""", "A")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"A"},"Action":"*"},{"Effect":"Deny","Principal":"*","Action":"secretsmanager:DeleteSecret"}""", "A")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"A"},"Action":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"Bool":{}}}""", "A")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":["A","B"]},"Action":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":"A"},"Action":"*"}""", "A")]
    public void It_tells_whom_it_lets_read_and_whom_it_does_not(string statements, string expected) =>
        Assert.Equal(expected, string.Join(", ", AwsFixture.Value(ResourcePolicy.Readers($$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""", Address))));

    [Theory]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":"*","Action":null}}""")]
    [InlineData("""{"Statement":{"Effect":"Perhaps","Principal":"*","Action":"*"}}""")]
    [InlineData("""{"Statement":{"Principal":"*","Action":"*"}}""")]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":{"AWS":[7]},"Action":"*"}}""")]
    public void What_is_no_policy_is_one_failure(string policy) => Assert.Equal(FailureCode.DocumentInvalid, ResourcePolicy.Readers(policy, Address).Failure?.Code);

    [Fact]
    public async Task It_is_looked_at_before_anything_is_touched()
    {
        await using var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(Address, "one", SecretStage.Current);
        fixture.Server.Secrets.Change("prod/db", static secret => secret with
        {
            Policy = """{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"secretsmanager:Get*"}]}""",
        });

        Assert.Contains("lets others read it: arn:aws:iam::444455556666:root.", Assert.Single(AwsFixture.Value(await fixture.Store.CheckAccessAsync(Address, StoreAccess.Rotate, AwsFixture.Cancellation)).Findings), StringComparison.Ordinal);
    }
}
