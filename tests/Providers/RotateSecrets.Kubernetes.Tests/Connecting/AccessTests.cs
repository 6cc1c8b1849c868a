using RotateSecrets.Kubernetes.Tests.Hosting;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Tests.Connecting;

/// <summary>A user with few rights, and one whose token isn't taken.</summary>
public sealed class AccessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_not_permitted_is_named_with_the_rule_that_would_permit_it()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        await cluster.SecretAsync("token", ("value", "v"u8.ToArray()));
        await using var reader = await TestCluster.ConnectAsync(0, await LimitedUser.MakeAsync(cluster));
        var address = cluster.Address("token");

        var denied = (await reader.Store.ReadAsync(address, VersionSelector.Current, Cancellation)).Failure!;
        var report = TestCluster.Value(await reader.Store.CheckAccessAsync(address, StoreAccess.Rotate, Cancellation));

        Assert.Equal(FailureCode.AccessDenied, denied.Code);
        Assert.Contains($"get secrets in the namespace {cluster.Namespace}", denied.Message, StringComparison.Ordinal);
        Assert.Contains("""{apiGroups: [""], resources: ["secrets"], resourceNames: ["token"], verbs: ["get"]}""", denied.Remedy, StringComparison.Ordinal);
        Assert.Equal(StoreAccess.List | StoreAccess.Read | StoreAccess.Write, report.Missing);
        Assert.Equal(2, report.Findings.Count);
    }

    [Fact]
    public async Task A_token_that_is_not_taken_is_said_to_be_that_and_not_repeated()
    {
        await using var cluster = await TestCluster.ConnectAsync();
        var opened = await TestCluster.OpenAsync(await LimitedUser.KubeConfigAsync(cluster, "a-token-that-has-expired"), null);
        Assert.Equal(FailureCode.CredentialsInvalid, opened.Failure?.Code);
        Assert.DoesNotContain("a-token-that-has-expired", opened.Failure!.ToString(), StringComparison.Ordinal);
    }
}
