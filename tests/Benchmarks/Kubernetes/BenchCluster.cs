using System.Text.Json;
using k8s;
using k8s.Models;

namespace RotateSecrets.Benchmarks;

/// <summary>The cluster that KUBECONFIG names, and what the benchmarks make in it.</summary>
internal sealed class BenchCluster : IDisposable
{
    private readonly List<string> namespaces = [];
    private string? cronJobs;

    private BenchCluster(string kubeconfig)
    {
        Api = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(kubeconfig)));
        AuditLog = Path.Combine(Path.GetDirectoryName(kubeconfig)!, "audit.log");
    }

    public k8s.Kubernetes Api { get; }

    /// <summary>Where the API server of tests/Peers/kubernetes.sh writes what it is asked.</summary>
    public string AuditLog { get; }

    public static BenchCluster Open() => Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } kubeconfig
        ? new BenchCluster(kubeconfig)
        : throw new InvalidOperationException("KUBECONFIG names no cluster. eval \"$(tests/Peers/kubernetes.sh up)\" brings one up.");

    /// <summary>Makes a namespace with a Secret <c>credentials</c> in it.</summary>
    public async Task<string> MakeNamespaceAsync()
    {
        var name = $"bench-{Guid.NewGuid():n}"[..18];
        await Api.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name } });
        namespaces.Add(name);
        await Api.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "credentials" }, StringData = new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = "value" } }, name);
        return name;
    }

    /// <summary>Makes a workload of any kind.</summary>
    /// <param name="scope">Its namespace.</param>
    /// <param name="kind">Deployment, StatefulSet, DaemonSet or CronJob.</param>
    /// <param name="name">Its name.</param>
    /// <param name="uses">Whether it uses the Secret.</param>
    /// <param name="replicas">How many pods it has; none of a DaemonSet or CronJob.</param>
    public async Task MakeWorkloadAsync(string scope, string kind, string name, bool uses, int replicas)
    {
        var (group, version, plural) = kind == "CronJob" ? ("batch", await CronJobsAsync(), "cronjobs") : ("apps", "v1", kind.ToLowerInvariant() + "s");
        var secret = uses ? "credentials" : $"of-{name}";
        var template = $$"""
            { "metadata": { "labels": { "app": "{{name}}" }, "annotations": { "kubelet.test/ready-after": "1s" } },
              "spec": { "restartPolicy": "{{(kind == "CronJob" ? "Never" : "Always")}}", "automountServiceAccountToken": false, "nodeSelector": {{(kind == "DaemonSet" ? """{ "kubelet.test/none": "true" }""" : "{}")}},
                "containers": [ { "name": "app", "image": "registry.example/app:1.2.3", "ports": [ { "containerPort": 8080 } ],
                    "env": [ { "name": "LEVEL", "value": "info" }, { "name": "REGION", "value": "north" }, { "name": "TOKEN", "valueFrom": { "secretKeyRef": { "name": "{{secret}}", "key": "token", "optional": true } } } ],
                    "resources": { "requests": { "cpu": "10m", "memory": "32Mi" }, "limits": { "memory": "64Mi" } },
                    "readinessProbe": { "httpGet": { "path": "/healthz", "port": 8080 }, "periodSeconds": 5 } },
                  { "name": "sidecar", "image": "registry.example/proxy:4.5.6", "env": [ { "name": "MODE", "value": "sidecar" } ], "volumeMounts": [ { "name": "work", "mountPath": "/work" } ] } ],
                "volumes": [ { "name": "work", "emptyDir": {} } ] } }
            """;
        var selector = $$"""{ "matchLabels": { "app": "{{name}}" } }""";
        var spec = kind switch
        {
            "CronJob" => $$"""{ "schedule": "0 3 * * *", "suspend": true, "jobTemplate": { "spec": { "template": {{template}} } } }""",
            "DaemonSet" => $$"""{ "selector": {{selector}}, "template": {{template}} }""",
            "StatefulSet" => $$"""{ "selector": {{selector}}, "serviceName": "{{name}}", "replicas": {{replicas}}, "template": {{template}} }""",
            _ => $$"""{ "selector": {{selector}}, "replicas": {{replicas}}, "template": {{template}} }""",
        };
        var body = JsonDocument.Parse($$"""{ "apiVersion": "{{group}}/{{version}}", "kind": "{{kind}}", "metadata": { "name": "{{name}}" }, "spec": {{spec}} }""").RootElement;
        await Api.CustomObjects.CreateNamespacedCustomObjectAsync(body, group, version, scope, plural);
    }

    /// <summary>Waits until every Deployment of a namespace has all its pods.</summary>
    public async Task UntilAvailableAsync(string scope)
    {
        while ((await Api.AppsV1.ListNamespacedDeploymentAsync(scope)).Items.Any(static found => !IsComplete(found)))
        {
            await Task.Delay(500);
        }
    }

    /// <summary>Whether a Deployment has nothing but pods of its newest template, all available.</summary>
    public static bool IsComplete(V1Deployment found) =>
        found.Status.ObservedGeneration >= found.Metadata.Generation && found.Status.UpdatedReplicas == found.Spec.Replicas
        && found.Status.Replicas == found.Spec.Replicas && found.Status.AvailableReplicas == found.Spec.Replicas;

    public void Dispose()
    {
        foreach (var name in namespaces)
        {
            Api.CoreV1.DeleteNamespace(name);
        }

        Api.Dispose();
    }

    // Servers before 1.21 have cron jobs as v1beta1 only.
    private async Task<string> CronJobsAsync() =>
        cronJobs ??= (await Api.BatchV1.GetAPIResourcesAsync()).Resources.Any(static resource => resource.Name == "cronjobs") ? "v1" : "v1beta1";
}
