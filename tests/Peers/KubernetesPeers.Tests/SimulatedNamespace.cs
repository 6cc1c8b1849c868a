using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using RotateSecrets.Peers.KubernetesFaults;

namespace RotateSecrets.Peers.Kubernetes.Tests;

/// <summary>A namespace of a cluster whose nodes are simulated, for one test.</summary>
internal sealed class SimulatedNamespace : IAsyncDisposable
{
    private readonly byte[] key;

    private SimulatedNamespace(k8s.Kubernetes api, string name, byte[] key)
    {
        Api = api;
        Name = name;
        this.key = key;
    }

    public k8s.Kubernetes Api { get; }

    public string Name { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<SimulatedNamespace> MakeAsync()
    {
        Assert.SkipWhen(TestCluster.Kubeconfig is null, TestCluster.HowToGetOne);
        var api = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(TestCluster.Kubeconfig!)));
        var nodes = await api.CoreV1.ListNodeAsync(labelSelector: "kubelet.test/simulated=true", cancellationToken: Cancellation);
        Assert.SkipWhen(nodes.Items.Count == 0, "The cluster's nodes are real ones.");
        var name = $"kubelet-{Guid.NewGuid():n}";
        await api.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name } }, cancellationToken: Cancellation);
        var made = new SimulatedNamespace(api, name, Convert.FromBase64String(nodes.Items[0].GetAnnotation("kubelet.test/fingerprint-key")));
        // Until the account is there, the server takes no pod.
        await UntilAsync(static found => found.Items.Any(static account => account.Name() == "default"), token => api.CoreV1.ListNamespacedServiceAccountAsync(name, cancellationToken: token));
        return made;
    }

    /// <summary>The fingerprint that a pod shows which holds a value.</summary>
    public string Fingerprint(string value) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(value)))[..16];

    public Task WriteAsync(string name, params (string Key, string Value)[] data)
    {
        var patch = new V1Patch(
            KubernetesJson.Serialize(new V1Secret
            {
                ApiVersion = "v1",
                Kind = "Secret",
                Metadata = new V1ObjectMeta { Name = name },
                StringData = data.ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal),
            }),
            V1Patch.PatchType.ApplyPatch);
        return Api.CoreV1.PatchNamespacedSecretAsync(patch, name, Name, fieldManager: "test", cancellationToken: Cancellation);
    }

    /// <summary>Makes a pod that has <c>token</c> of the Secret <c>s</c> as a variable and, where wanted, all of it in /etc/s and one key at /etc/one.</summary>
    public Task StartAsync(string name, bool withFiles, params (string Annotation, string Value)[] annotations) => Api.CoreV1.CreateNamespacedPodAsync(
        new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                Annotations = annotations.ToDictionary(static pair => $"kubelet.test/{pair.Annotation}", static pair => pair.Value, StringComparer.Ordinal),
            },
            Spec = new V1PodSpec
            {
                AutomountServiceAccountToken = false,
                Containers =
                [
                    new V1Container
                    {
                        Name = "app",
                        Image = "app",
                        Env = withFiles ? null : [new V1EnvVar { Name = "TOKEN", ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = "s", Key = "token" } } }],
                        VolumeMounts = !withFiles ? null : [new V1VolumeMount { Name = "s", MountPath = "/etc/s" }, new V1VolumeMount { Name = "s", MountPath = "/etc/one", SubPath = "token" }],
                    },
                ],
                Volumes = !withFiles ? null : [new V1Volume { Name = "s", Secret = new V1SecretVolumeSource { SecretName = "s" } }],
            },
        },
        Name,
        cancellationToken: Cancellation);

    /// <summary>What a pod holds.</summary>
    public static IReadOnlyDictionary<string, string> Held(V1Pod pod) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(pod.GetAnnotation("kubelet.test/holds") ?? "{}")!;

    /// <summary>Waits until a pod is so.</summary>
    public Task<V1Pod> UntilAsync(string name, Func<V1Pod, bool> isSo) =>
        UntilAsync(isSo, token => Api.CoreV1.ReadNamespacedPodAsync(name, Name, cancellationToken: token));

    public async ValueTask DisposeAsync()
    {
        await Api.CoreV1.DeleteNamespaceAsync(Name);
        Api.Dispose();
    }

    private static async Task<T> UntilAsync<T>(Func<T, bool> isSo, Func<CancellationToken, Task<T>> read)
    {
        while (true)
        {
            var found = await read(Cancellation);
            if (isSo(found))
            {
                return found;
            }

            await Task.Delay(50, Cancellation);
        }
    }
}
