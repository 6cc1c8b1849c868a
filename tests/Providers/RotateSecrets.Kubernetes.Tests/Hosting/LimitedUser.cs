using System.Text;
using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>A service account of a test's namespace, which may do what it was granted there and no more.</summary>
internal static class LimitedUser
{
    private const string Name = "nobody";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes it, without any right.</summary>
    /// <returns>A kubeconfig of its own.</returns>
    public static async Task<string> MakeAsync(TestCluster cluster)
    {
        await cluster.SendAsync(HttpMethod.Post, $"api/v1/namespaces/{cluster.Namespace}/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Name } });
        var answer = await cluster.SendAsync(
            HttpMethod.Post, $"api/v1/namespaces/{cluster.Namespace}/serviceaccounts/{Name}/token", new JsonObject { ["spec"] = new JsonObject { ["expirationSeconds"] = 3600 } });
        return await KubeConfigAsync(cluster, answer.Text("status", "token")!);
    }

    /// <summary>Grants it rules of a Role, each as JSON.</summary>
    public static async Task GrantAsync(TestCluster cluster, string role, params string[] rules)
    {
        var root = $"apis/rbac.authorization.k8s.io/v1/namespaces/{cluster.Namespace}";
        await cluster.SendAsync(HttpMethod.Post, $"{root}/roles", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = role },
            ["rules"] = new JsonArray([.. rules.Select(static rule => JsonNode.Parse(rule))]),
        });
        await cluster.SendAsync(HttpMethod.Post, $"{root}/rolebindings", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = role },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Role", ["name"] = role },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = Name, ["namespace"] = cluster.Namespace }),
        });
    }

    /// <summary>The same server, with a token in place of whatever the kubeconfig has.</summary>
    public static async Task<string> KubeConfigAsync(TestCluster cluster, string token)
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
