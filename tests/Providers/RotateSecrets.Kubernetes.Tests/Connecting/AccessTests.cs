using System.Text;
using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;
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
        await using var reader = await TestCluster.ConnectAsync(0, await KubeConfigAsync(cluster, await TokenAsync(cluster)));
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
        var opened = await TestCluster.OpenAsync(await KubeConfigAsync(cluster, "a-token-that-has-expired"), null);
        Assert.Equal(FailureCode.CredentialsInvalid, opened.Failure?.Code);
        Assert.DoesNotContain("a-token-that-has-expired", opened.Failure!.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> TokenAsync(TestCluster cluster)
    {
        await cluster.SendAsync(HttpMethod.Post, $"api/v1/namespaces/{cluster.Namespace}/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "nobody" } });
        var answer = await cluster.SendAsync(
            HttpMethod.Post, $"api/v1/namespaces/{cluster.Namespace}/serviceaccounts/nobody/token", new JsonObject { ["spec"] = new JsonObject { ["expirationSeconds"] = 3600 } });
        return answer.Text("status", "token")!;
    }

    // The same server, with a token in place of whatever the kubeconfig has.
    private static async Task<string> KubeConfigAsync(TestCluster cluster, string token)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("rotatesecrets-").FullName, "config");
        var given = TestCluster.Value(await RotateSecrets.Kubernetes.Connecting.KubeConfig.ReadAsync("k8s", TestCluster.KubeConfig, null));
        var authority = given.SslCaCerts is { Count: > 0 } authorities
            ? $"certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Concat(authorities.Select(static one => one.ExportCertificatePem() + "\n"))))}"
            : "insecure-skip-tls-verify: true";
        await File.WriteAllTextAsync(
            path,
            $"apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{{name: x, context: {{cluster: y, user: z}}}}]\nclusters:\n- name: y\n  cluster:\n    server: {cluster.Cluster.Client.Address}\n    {authority}\nusers: [{{name: z, user: {{token: {token}}}}}]\n",
            Cancellation);
        return path;
    }
}
