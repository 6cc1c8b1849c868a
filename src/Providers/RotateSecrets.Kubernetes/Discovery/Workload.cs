using System.Globalization;
using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Kubernetes.Watching;

namespace RotateSecrets.Kubernetes.Discovery;

/// <summary>A workload's state, as far as it matters here.</summary>
internal sealed record Workload : IWatched
{
    /// <summary>The annotation, on the template and so on each pod, that tells for which run a workload was restarted last.</summary>
    public const string RunAnnotation = "rotatesecrets.io/run";

    private const int DefaultProgressSeconds = 600;

    public required string Kind { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required string ResourceVersion { get; init; }

    /// <summary>Kind and name: unique in the namespace.</summary>
    public string Key => $"{Kind}/{Name}";

    /// <summary>The controller that made it; null where somebody did.</summary>
    public string? OwnerKey { get; private init; }

    public long Generation { get; private init; }

    public long ObservedGeneration { get; private init; }

    /// <summary>How many pods there are to be; null where that has no meaning.</summary>
    public int? Replicas { get; private init; }

    public int UpdatedReplicas { get; private init; }

    public int AvailableReplicas { get; private init; }

    public int MinReadySeconds { get; private init; }

    /// <summary>RollingUpdate, Recreate, OnDelete, or an Argo Rollout's Canary or BlueGreen.</summary>
    public string Strategy { get; private init; } = "RollingUpdate";

    public int Partition { get; private init; }

    /// <summary>Whether its controller leaves old pods where they are, so that somebody has to evict them.</summary>
    public bool LeavesOldPods => Strategy == "OnDelete" || Partition > 0;

    public int MaxUnavailable { get; private init; }

    public bool IsPaused { get; private init; }

    public TimeSpan ProgressDeadline { get; private init; }

    /// <summary>The run for which it was restarted last.</summary>
    public string? Run { get; private init; }

    /// <summary>When that was written, by the server's clock, to the second.</summary>
    public DateTimeOffset? ChangedAt { get; private init; }

    /// <summary>Why its controller can't make pods: a quota, an admission check; null where it can.</summary>
    public string? ReplicaFailure { get; private init; }

    public bool IsFinished { get; private init; }

    /// <summary>The template of its pods, within an object of its kind.</summary>
    public static JsonElement Template(string kind, JsonElement item) => kind switch
    {
        "Pod" => item,
        "CronJob" => item.At("spec", "jobTemplate", "spec", "template"),
        _ => item.At("spec", "template"),
    };

    /// <summary>Reads an object of the kind.</summary>
    public static Workload Of(string kind, JsonElement item)
    {
        var spec = item.At("spec");
        var status = item.At("status");
        var replicas = kind switch
        {
            "DaemonSet" => status.Whole("desiredNumberScheduled") ?? 0,
            "Deployment" or "StatefulSet" or "ReplicaSet" or "Rollout" => spec.Whole("replicas") ?? 1,
            "Pod" => 1,
            _ => (int?)null,
        };
        var strategy = kind switch
        {
            "Deployment" => spec.Text("strategy", "type") ?? "RollingUpdate",
            "StatefulSet" or "DaemonSet" => spec.Text("updateStrategy", "type") ?? "RollingUpdate",
            "Rollout" => spec.At("strategy", "blueGreen").ValueKind == JsonValueKind.Object ? "BlueGreen" : "Canary",
            "ReplicaSet" => "OnDelete",
            _ => "None",
        };
        return new Workload
        {
            Kind = kind,
            Namespace = item.Text("metadata", "namespace") ?? string.Empty,
            Name = item.Text("metadata", "name") ?? string.Empty,
            Uid = item.Text("metadata", "uid") ?? string.Empty,
            ResourceVersion = item.Text("metadata", "resourceVersion") ?? string.Empty,
            OwnerKey = item.Items("metadata", "ownerReferences").Where(static owner => owner.Flag("controller")).Select(static owner => $"{owner.Text("kind")}/{owner.Text("name")}").FirstOrDefault(),
            Generation = item.Long("metadata", "generation") ?? 0,
            ObservedGeneration = status.Long("observedGeneration") ?? (long.TryParse(status.Text("observedGeneration"), CultureInfo.InvariantCulture, out var observed) ? observed : 0),
            Replicas = replicas,
            UpdatedReplicas = status.Whole(kind == "DaemonSet" ? "updatedNumberScheduled" : "updatedReplicas") ?? 0,
            AvailableReplicas = status.Whole(kind == "DaemonSet" ? "numberAvailable" : "availableReplicas") ?? 0,
            MinReadySeconds = spec.Whole("minReadySeconds") ?? 0,
            Strategy = strategy,
            Partition = kind == "StatefulSet" ? spec.Whole("updateStrategy", "rollingUpdate", "partition") ?? 0 : 0,
            MaxUnavailable = strategy == "Recreate" ? replicas ?? 0 : spec.Share(replicas ?? 0, up: false, kind == "Deployment" ? "strategy" : "updateStrategy", "rollingUpdate", "maxUnavailable") ?? (kind is "StatefulSet" or "DaemonSet" ? 1 : (replicas ?? 0) / 4),
            IsPaused = spec.Flag("paused"),
            ProgressDeadline = TimeSpan.FromSeconds(spec.Whole("progressDeadlineSeconds") is { } seconds and < int.MaxValue ? seconds : DefaultProgressSeconds),
            Run = kind == "Pod" ? null : Template(kind, item).Text("metadata", "annotations", RunAnnotation),
            ChangedAt = FieldOwner.OfPath(item, "f:spec", "f:template", "f:metadata", "f:annotations", $"f:{RunAnnotation}").Select(static owner => owner.At).Max(),
            ReplicaFailure = status.Items("conditions").FirstOrDefault(static one => one.Text("type") == "ReplicaFailure" && one.Text("status") == "True").Text("message"),
            IsFinished = status.Items("conditions").Any(static one => one.Text("type") is "Complete" or "Failed" && one.Text("status") == "True"),
        };
    }
}
