using System.Security.Cryptography;
using k8s;
using k8s.Models;
using RotateSecrets.Peers.Kubelet.Secrets;

namespace RotateSecrets.Peers.Kubelet.Cluster;

/// <summary>The simulated nodes, and which of them a pod goes to.</summary>
internal sealed class NodePool
{
    private const string KeyAnnotation = "kubelet.test/fingerprint-key";

    private readonly IReadOnlyList<V1Node> nodes;
    private int next;

    private NodePool(IReadOnlyList<V1Node> nodes, byte[] key)
    {
        this.nodes = nodes;
        Fingerprints = new Fingerprint(key);
    }

    public Fingerprint Fingerprints { get; }

    /// <summary>What a scheduler says where none of them fits.</summary>
    public string NoneFits => $"0/{nodes.Count} nodes are available: {nodes.Count} Insufficient cpu.";

    /// <summary>Makes the nodes, or takes over those that an earlier kubelet made.</summary>
    public static async Task<NodePool> RegisterAsync(ApiCalls calls, int count, int port, CancellationToken cancellation)
    {
        var core = calls.Api.CoreV1;
        var before = await calls.UntilAsync(token => core.ListNodeAsync(labelSelector: "kubelet.test/simulated=true", cancellationToken: token), cancellation);
        var key = before.Items.Select(static node => node.GetAnnotation(KeyAnnotation)).FirstOrDefault(static key => key is not null)
            ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var registered = new List<V1Node>();
        for (var number = 0; number < count; number++)
        {
            var node = Describe($"simulated-{number}", key);
            await calls.CallAsync(token => core.CreateNodeAsync(node, cancellationToken: token), cancellation);
            // A new node is tainted until somebody finds it ready, and nobody but its kubelet looks here.
            var untainted = new V1Patch("""{"spec":{"taints":null}}""", V1Patch.PatchType.MergePatch);
            await calls.UntilAsync(token => core.PatchNodeAsync(untainted, node.Name(), cancellationToken: token), cancellation);
            var status = new V1Patch(KubernetesJson.Serialize(new V1Node { Status = Status(port) }), V1Patch.PatchType.MergePatch);
            registered.Add(await calls.UntilAsync(token => core.PatchNodeStatusAsync(status, node.Name(), cancellationToken: token), cancellation));
        }

        return new NodePool(registered, Convert.FromBase64String(key));
    }

    /// <summary>The node for a pod: the one that a DaemonSet means, else the next that has the labels it asks for; null where none has.</summary>
    public string? Choose(V1Pod pod)
    {
        var wanted = pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms
            .SelectMany(static term => term.MatchFields ?? [])
            .FirstOrDefault(static field => field.Key == "metadata.name");
        var fitting = nodes.Where(node => (wanted is null || wanted.Values.Contains(node.Name()))
            && (pod.Spec.NodeSelector ?? new Dictionary<string, string>()).All(label => node.GetLabel(label.Key) == label.Value)).ToList();
        return fitting.Count == 0 ? null : fitting[(int)((uint)Interlocked.Increment(ref next) % fitting.Count)].Name();
    }

    private static V1Node Describe(string name, string key) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["kubelet.test/simulated"] = "true",
                ["kubernetes.io/hostname"] = name,
                ["kubernetes.io/os"] = "linux",
            },
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [KeyAnnotation] = key },
        },
    };

    private static V1NodeStatus Status(int port)
    {
        var capacity = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal)
        {
            ["cpu"] = new("1000"),
            ["memory"] = new("1000Gi"),
            ["pods"] = new("10000"),
        };
        return new V1NodeStatus
        {
            Addresses = [new V1NodeAddress { Type = "InternalIP", Address = "127.0.0.1" }],
            Capacity = capacity,
            Allocatable = capacity,
            Conditions = [new V1NodeCondition { Type = "Ready", Status = "True", Reason = "KubeletReady", Message = "simulated" }],
            DaemonEndpoints = new V1NodeDaemonEndpoints { KubeletEndpoint = new V1DaemonEndpoint { Port = port } },
        };
    }
}
