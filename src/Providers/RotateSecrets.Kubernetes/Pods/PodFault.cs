using System.Text.Json;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Pods;

/// <summary>Why a pod will not become ready by itself.</summary>
/// <param name="Reason">The kubelet's or scheduler's own word.</param>
/// <param name="Container">The container; null where it is the pod.</param>
/// <param name="Message">What was said of it; null where nothing was.</param>
internal sealed record PodFault(string Reason, string? Container, string? Message)
{
    private static readonly string[] Hopeless =
    [
        "CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull",
        "RegistryUnavailable", "ImageInspectError",
    ];

    /// <summary>Whether a container of it has run, and so may have left a log.</summary>
    public bool HasLog => Container is not null && Reason is "CrashLoopBackOff" or "RunContainerError";

    /// <summary>Reads a pod's status.</summary>
    /// <returns>The fault, or null.</returns>
    public static PodFault? Of(JsonElement status)
    {
        foreach (var container in status.Items("initContainerStatuses").Concat(status.Items("containerStatuses")))
        {
            if (container.Text("state", "waiting", "reason") is { } reason && Hopeless.Contains(reason, StringComparer.Ordinal))
            {
                return new PodFault(reason, container.Text("name"), container.Text("state", "waiting", "message"));
            }
        }

        var scheduled = status.Items("conditions").FirstOrDefault(static one => one.Text("type") == "PodScheduled" && one.Text("status") == "False");
        return scheduled.Text("reason") == "Unschedulable" ? new PodFault("FailedScheduling", null, scheduled.Text("message")) : null;
    }
}
