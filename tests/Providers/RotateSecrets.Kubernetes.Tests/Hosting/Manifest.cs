using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>Workloads as one writes them, as far as tests need it.</summary>
internal static class Manifest
{
    private const string Image = "registry.k8s.io/pause:3.9";

    /// <summary>The collections of the kinds.</summary>
    public static string PathOf(string kind, string nameSpace) => kind switch
    {
        "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" => $"apis/apps/v1/namespaces/{nameSpace}/{kind.ToLowerInvariant()}s",
        "Job" => $"apis/batch/v1/namespaces/{nameSpace}/jobs",
        "Ingress" => $"apis/networking.k8s.io/v1/namespaces/{nameSpace}/ingresses",
        _ => $"api/v1/namespaces/{nameSpace}/{kind.ToLowerInvariant()}s",
    };

    public static async Task CreateAsync(this TestCluster cluster, string nameSpace, string kind, string name, JsonObject spec)
    {
        var path = kind == "CronJob" ? cluster.Cluster.Kinds.CronJob.PathIn(nameSpace) : PathOf(kind, nameSpace);
        await cluster.SendAsync(HttpMethod.Post, path, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec });
    }

    /// <summary>A workload that keeps pods running.</summary>
    public static JsonObject Running(string name, int replicas, JsonObject template, JsonObject? more = null)
    {
        template["metadata"] ??= new JsonObject();
        template["metadata"]!["labels"] = new JsonObject { ["app"] = name };
        var spec = more ?? [];
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } };
        spec["template"] = template;
        if (replicas >= 0)
        {
            spec["replicas"] = replicas;
        }

        return spec;
    }

    public static JsonObject StatefulSet(string name, int replicas, JsonObject template, JsonObject? updateStrategy = null) =>
        Running(name, replicas, template, updateStrategy is null ? new JsonObject { ["serviceName"] = name } : new JsonObject { ["serviceName"] = name, ["updateStrategy"] = updateStrategy });

    /// <summary>A template whose pods take a Secret as a variable.</summary>
    public static JsonObject WithVariable(string secret, string key = "value", params (string Name, string Value)[] annotations) => Template(
        annotations,
        new JsonObject { ["env"] = new JsonArray(Variable("TOKEN", secret, key)) });

    public static JsonObject Variable(string name, string secret, string key) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = secret, ["key"] = key } },
    };

    /// <summary>Lets a namespace have so many pods, and waits until the server goes by it.</summary>
    /// <returns>Where the quota is.</returns>
    public static async Task<string> QuotaAsync(this TestCluster cluster, string nameSpace, string name, int pods)
    {
        var root = $"api/v1/namespaces/{nameSpace}/resourcequotas";
        await cluster.SendAsync(HttpMethod.Post, root, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["pods"] = pods.ToString(System.Globalization.CultureInfo.InvariantCulture) } },
        });
        await TestCluster.UntilAsync(async () => (await cluster.GetAsync($"{root}/{name}")).At("status", "used").ValueKind == System.Text.Json.JsonValueKind.Object, "the quota to be counted");
        return $"{root}/{name}";
    }

    /// <summary>A template with one container.</summary>
    public static JsonObject Template((string Name, string Value)[] annotations, JsonObject container, JsonObject? spec = null)
    {
        container["name"] ??= "app";
        container["image"] ??= Image;
        var pod = spec ?? [];
        pod["containers"] = new JsonArray(container);
        pod["terminationGracePeriodSeconds"] ??= 1;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject(annotations.Select(static pair => KeyValuePair.Create(pair.Name, (JsonNode?)pair.Value))),
            },
            ["spec"] = pod,
        };
    }

    /// <summary>A template whose pods have a Secret as files.</summary>
    public static JsonObject WithVolume(string secret, string? subPath = null)
    {
        var mount = new JsonObject { ["name"] = "secret", ["mountPath"] = "/etc/secret" };
        if (subPath is not null)
        {
            mount["subPath"] = subPath;
        }

        return Template([], new JsonObject { ["volumeMounts"] = new JsonArray(mount) }, new JsonObject
        {
            ["volumes"] = new JsonArray(new JsonObject { ["name"] = "secret", ["secret"] = new JsonObject { ["secretName"] = secret } }),
        });
    }
}
