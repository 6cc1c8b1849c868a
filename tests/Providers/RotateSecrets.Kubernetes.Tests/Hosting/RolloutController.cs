using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>
/// What Argo Rollouts does for a Rollout, as far as a restart sees it: a ReplicaSet for each revision of the template, the old one taken away once the new one's pods are ready, and a
/// status that tells the generation as a text.
/// </summary>
/// <param name="cluster">The cluster.</param>
internal sealed class RolloutController(TestCluster cluster)
{
    private readonly string rollouts = $"apis/argoproj.io/v1alpha1/namespaces/{cluster.Namespace}/rollouts";
    private readonly string sets = $"apis/apps/v1/namespaces/{cluster.Namespace}/replicasets";

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(until))
            {
                foreach (var rollout in (await cluster.GetAsync(rollouts)).Items("items"))
                {
                    await SyncAsync(rollout);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task SyncAsync(JsonElement rollout)
    {
        var template = rollout.At("spec", "template").GetRawText();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(template)))[..8];
        var name = $"{rollout.Text("metadata", "name")}-{hash}";
        if (await cluster.TryGetAsync($"{sets}/{name}") is not { } current)
        {
            current = await cluster.SendAsync(HttpMethod.Post, sets, Set(rollout, template, name, hash));
        }

        var desired = rollout.Whole("spec", "replicas") ?? 1;
        var ready = current.Whole("status", "readyReplicas") ?? 0;
        foreach (var old in (await cluster.GetAsync(sets)).Items("items").Where(one => IsOf(one, rollout) && one.Text("metadata", "name") != name && ready >= desired))
        {
            await cluster.SendAsync(HttpMethod.Delete, $"{sets}/{old.Text("metadata", "name")}", new JsonObject { ["propagationPolicy"] = "Background" });
        }

        await cluster.MergeAsync($"{rollouts}/{rollout.Text("metadata", "name")}/status", new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["observedGeneration"] = rollout.Long("metadata", "generation")?.ToString(CultureInfo.InvariantCulture),
                ["updatedReplicas"] = current.Whole("status", "replicas") ?? 0,
                ["availableReplicas"] = ready,
            },
        });
    }

    private static bool IsOf(JsonElement set, JsonElement rollout) => set.Items("metadata", "ownerReferences").Any(owner => owner.Text("uid") == rollout.Text("metadata", "uid"));

    private static JsonObject Set(JsonElement rollout, string template, string name, string hash)
    {
        const string Label = "rollouts-pod-template-hash";
        var pods = JsonNode.Parse(template)!.AsObject();
        pods["metadata"]!["labels"]![Label] = hash;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "argoproj.io/v1alpha1",
                    ["kind"] = "Rollout",
                    ["name"] = rollout.Text("metadata", "name"),
                    ["uid"] = rollout.Text("metadata", "uid"),
                    ["controller"] = true,
                }),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = rollout.Whole("spec", "replicas") ?? 1,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [Label] = hash } },
                ["template"] = pods,
            },
        };
    }
}
