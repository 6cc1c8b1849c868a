using System.Reflection;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using AwsDouble;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Tests.Client;

public sealed class ServiceModelTests
{
    private static readonly SecretAddress Address = SecretAddress.Parse("aws:prod/db");

    [Fact]
    public void The_requests_and_answers_have_no_member_that_the_service_doesnt_know()
    {
        var model = ServiceModel.Load();
        foreach (var type in typeof(AmazonSecretsManagerRequest).Assembly.GetTypes().Where(static type => type.Namespace == "Amazon.SecretsManager.Model" && !type.IsAbstract))
        {
            var (operation, isInput) = type.Name switch
            {
                var name when name.EndsWith("Request", StringComparison.Ordinal) => (name[..^7], true),
                var name when name.EndsWith("Response", StringComparison.Ordinal) => (name[..^8], false),
                _ => (null, false),
            };
            if (operation is null)
            {
                continue;
            }

            var shape = model.Shape(operation, isInput);
            var members = shape["members"]!.AsObject().Select(static pair => pair.Key).ToHashSet(StringComparer.Ordinal);
            var own = type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
            Assert.All(own, property => Assert.Contains(property.Name, members));
            Assert.All(shape["required"]?.AsArray() ?? [], name => Assert.Contains((string)name!, own.Select(static property => property.Name)));
        }
    }

    [Fact]
    public void Every_error_of_the_service_has_its_exception()
    {
        var model = ServiceModel.Load();
        var types = typeof(AmazonSecretsManagerException).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(AmazonSecretsManagerException))).Select(static type => type.Name);
        Assert.Equal(
            model.Exceptions.Select(static name => name is "InternalServiceError" ? "InternalServiceErrorException" : name is "DecryptionFailure" or "EncryptionFailure" ? name + "Exception" : name).Order(StringComparer.Ordinal),
            types.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_goes_over_the_wire_is_what_the_service_takes_and_gives()
    {
        var model = ServiceModel.Load();
        await using var fixture = await AwsFixture.StartAsync();
        var first = await fixture.PutAsync(Address, "one", SecretStage.Current, expected: "0");
        var second = await fixture.PutAsync(Address, "two", SecretStage.Pending, expected: first.Id);
        await fixture.TryPutAsync(Address, "three", SecretStage.Pending);
        await fixture.TryPutAsync(Address, "two, but other", SecretStage.Pending, token: second.Id);
        AwsFixture.Value(await fixture.Store.PromoteAsync(Address, second.Id, first.Id, AwsFixture.Cancellation));
        AwsFixture.Value(await fixture.Store.RevokeAsync(Address, first.Id, AwsFixture.Cancellation));
        await fixture.PutAsync(Address, "four", SecretStage.Current, expected: second.Id);
        using (var binary = SecretValue.FromBytes([0, 255, 128]))
        {
            AwsFixture.Value(await fixture.Store.PutAsync(new Stores.PutRequest(Address, binary, SecretStage.Current, "token"), AwsFixture.Cancellation));
        }

        AwsFixture.Value(await fixture.Store.CheckAccessAsync(Address, Stores.StoreAccess.Rotate, AwsFixture.Cancellation));
        await foreach (var listed in fixture.Store.ListAsync("prod/", AwsFixture.Cancellation))
        {
            AwsFixture.Value(listed);
        }

        await fixture.Store.ReadAsync(Address, VersionSelector.OfId(new string('a', 32)), AwsFixture.Cancellation);
        AwsFixture.Value(await fixture.Store.RemoveAsync(Address, AwsFixture.Cancellation));
        await fixture.PutAsync(Address, "again", SecretStage.Current, expected: "0");

        string[] expected =
        [
            "CreateSecret", "DeleteSecret", "DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds", "ListSecrets", "PutSecretValue", "RestoreSecret", "UpdateSecretVersionStage",
        ];
        Assert.Equal(expected, fixture.Server.Operations.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(fixture.Server.Exchanges, exchange => Assert.Empty(Flaws(model, exchange)));
    }

    private static IEnumerable<string> Flaws(ServiceModel model, Exchange exchange) => model.Flaws(exchange.Operation, isInput: true, exchange.Request).Concat(
        exchange.Error is null ? model.Flaws(exchange.Operation, isInput: false, exchange.Answer)
        : model.HasError(exchange.Operation, exchange.Error) ? []
        : [$"{exchange.Operation} has no error {exchange.Error}"]);
}
