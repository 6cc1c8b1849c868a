using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>Definitions of custom resources, which take anything. Those that are installed in a cluster are left alone.</summary>
internal static class CustomDefinition
{
    private const string Root = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Mark = "rotatesecrets.io/test";

    /// <summary>Defines a kind, and waits until the server knows it.</summary>
    public static async Task DefineAsync(this TestCluster cluster, string group, string version, string kind, string plural)
    {
        var (status, answer) = await cluster.AskAsync(HttpMethod.Post, Root, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"{plural}.{group}", ["labels"] = new JsonObject { [Mark] = "made" } },
            ["spec"] = new JsonObject
            {
                ["group"] = group,
                ["scope"] = "Namespaced",
                ["names"] = new JsonObject { ["kind"] = kind, ["plural"] = plural, ["singular"] = kind.ToLowerInvariant() },
                ["versions"] = new JsonArray(new JsonObject
                {
                    ["name"] = version,
                    ["served"] = true,
                    ["storage"] = true,
                    ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
                    ["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true } },
                }),
            },
        });
        // Another test may have been quicker.
        Assert.True(status is 201 or 409, $"{plural}.{group}: {status} {answer}");
        await TestCluster.UntilAsync(
            async () => await cluster.TryGetAsync($"apis/{group}/{version}/{plural}") is not null
                && await cluster.TryGetAsync($"apis/{group}/{version}") is { } known && known.Items("resources").Any(one => one.Text("name") == plural),
            $"the definition of {kind}");
    }

    /// <summary>Takes a definition away that a test has made, and waits until it is gone. Where somebody else made it, the test is skipped.</summary>
    public static async Task UndefineAsync(this TestCluster cluster, string group, string plural)
    {
        var path = $"{Root}/{plural}.{group}";
        if (await cluster.TryGetAsync(path) is { } defined)
        {
            Assert.SkipWhen(defined.Text("metadata", "labels", Mark) is null, $"The cluster has {plural}.{group} installed.");
            await cluster.SendAsync(HttpMethod.Delete, path, null);
            await TestCluster.UntilAsync(async () => await cluster.TryGetAsync(path) is null, $"{plural}.{group} to be gone");
        }
    }

    public static Task CreateCustomAsync(this TestCluster cluster, string group, string version, string kind, string plural, string name, JsonObject spec) => cluster.SendAsync(
        HttpMethod.Post,
        $"apis/{group}/{version}/namespaces/{cluster.Namespace}/{plural}",
        new JsonObject { ["apiVersion"] = $"{group}/{version}", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec });
}
