using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Watching;

namespace RotateSecrets.Kubernetes.Pods;

/// <summary>A pod, as far as it matters here.</summary>
internal sealed record PodView : IWatched
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    /// <summary>The workload that it belongs to, by kind and name; its own where nobody made it.</summary>
    public required string Key { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The run for which its workload was restarted when it was made.</summary>
    public string? Run { get; private init; }

    /// <summary>The revision of its template, as its controller labels it.</summary>
    public string? Revision { get; private init; }

    public bool IsTerminating { get; private init; }

    /// <summary>Whether it has ended for good.</summary>
    public bool IsFinished { get; private init; }

    public bool IsReady { get; private init; }

    /// <summary>Whether its specification lets it be ready at all: a pod of a Job only ends.</summary>
    public bool IsScheduled { get; private init; }

    public int Restarts { get; private init; }

    /// <summary>Why it will not become ready by itself; null where it may.</summary>
    public PodFault? Fault { get; private init; }

    /// <summary>Through what it gets values.</summary>
    public IReadOnlyList<SecretUse> Uses { get; private init; } = [];

    /// <summary>Its Secrets: what its log may quote.</summary>
    public IEnumerable<string> Secrets => Uses.Where(static use => use.Source == UseSource.Secret).Select(static use => use.Name).Distinct(StringComparer.Ordinal);

    public string ServiceAccount { get; private init; } = "default";

    /// <summary>Reads a pod.</summary>
    public static PodView Of(JsonElement item)
    {
        var status = item.At("status");
        var phase = status.Text("phase");
        var conditions = status.Items("conditions").ToList();
        bool Holds(string type) => conditions.Exists(one => one.Text("type") == type && one.Text("status") == "True");
        return new PodView
        {
            Namespace = item.Text("metadata", "namespace") ?? string.Empty,
            Name = item.Text("metadata", "name") ?? string.Empty,
            Uid = item.Text("metadata", "uid") ?? string.Empty,
            Key = OwnerOf(item),
            CreatedAt = item.Moment("metadata", "creationTimestamp") ?? DateTimeOffset.UnixEpoch,
            Run = item.Text("metadata", "annotations", Workload.RunAnnotation),
            Revision = item.Text("metadata", "labels", "controller-revision-hash") ?? item.Text("metadata", "labels", "pod-template-hash"),
            IsTerminating = item.Text("metadata", "deletionTimestamp") is not null,
            IsFinished = phase is "Succeeded" or "Failed",
            IsReady = Holds("Ready"),
            IsScheduled = Holds("PodScheduled"),
            Restarts = status.Items("containerStatuses").Concat(status.Items("initContainerStatuses")).Sum(static one => one.Whole("restartCount") ?? 0),
            Fault = PodFault.Of(status),
            Uses = [.. PodSpecReader.Read(item)],
            ServiceAccount = item.Text("spec", "serviceAccountName") ?? "default",
        };
    }

    // A ReplicaSet that belongs to a Deployment is called after it and the hash of its template, which its pods have as a label: so no ReplicaSet needs to be asked.
    private static string OwnerOf(JsonElement item)
    {
        var owner = item.Items("metadata", "ownerReferences").FirstOrDefault(static one => one.Flag("controller"));
        if (owner.Text("kind") is not { } kind || owner.Text("name") is not { } name)
        {
            return $"Pod/{item.Text("metadata", "name")}";
        }

        if (kind == "ReplicaSet")
        {
            foreach (var (label, parent) in ((string, string)[])[("rollouts-pod-template-hash", "Rollout"), ("pod-template-hash", "Deployment")])
            {
                if (item.Text("metadata", "labels", label) is { } hash && name.EndsWith($"-{hash}", StringComparison.Ordinal))
                {
                    return $"{parent}/{name[..^(hash.Length + 1)]}";
                }
            }
        }

        return $"{kind}/{name}";
    }
}
