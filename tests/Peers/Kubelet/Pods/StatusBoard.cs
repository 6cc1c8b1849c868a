using System.Text.Json;
using k8s;
using k8s.Models;

namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>The status that a pod has, and how it is brought to the API server.</summary>
internal sealed class StatusBoard(House house, V1Pod pod)
{
    private static int lastAddress;

    private readonly V1PodStatus status = pod.Status?.StartTime is null ? New() : pod.Status;
    private IReadOnlyDictionary<string, string>? holds;

    public bool IsReady => status.Conditions.Any(static condition => condition is { Type: "Ready", Status: "True" });

    /// <summary>Whether an earlier kubelet has started its containers, and they run.</summary>
    public bool IsRunning => status.Phase == "Running" && status.ContainerStatuses?.All(static container => container.State?.Running is not null) == true;

    private DateTime Now => house.Time.GetUtcNow().UtcDateTime;

    /// <summary>What the pod holds from now on.</summary>
    public void Show(IReadOnlyDictionary<string, string> held) => holds = held;

    /// <summary>It waits, and doesn't know for which node.</summary>
    public void Unscheduled(string why)
    {
        status.Phase = "Pending";
        status.StartTime = null;
        status.Conditions = [Condition("PodScheduled", isTrue: false, "Unschedulable", why)];
    }

    /// <summary>Its containers wait for a reason.</summary>
    /// <param name="reason">As a kubelet names it.</param>
    /// <param name="message">What is wrong; null for nothing.</param>
    /// <param name="exitCode">With what they ended the last time; null where they were never started.</param>
    public void Waiting(string reason, string? message, int? exitCode = null)
    {
        status.Phase = exitCode is null ? "Pending" : "Running";
        Set(isReady: false, old => new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } }, exitCode);
    }

    /// <summary>Its containers run.</summary>
    public void Running(bool isReady)
    {
        status.Phase = "Running";
        Set(isReady, old => new V1ContainerState { Running = old?.State?.Running ?? new V1ContainerStateRunning { StartedAt = Now } }, exitCode: null);
    }

    /// <summary>Its containers have ended for good.</summary>
    public void Ended(int exitCode)
    {
        status.Phase = exitCode == 0 ? "Succeeded" : "Failed";
        Set(isReady: false, _ => new V1ContainerState { Terminated = Terminated(exitCode) }, exitCode: null);
    }

    /// <summary>Tells the API server. Null where the pod is gone.</summary>
    public Task<V1Pod?> PublishAsync(CancellationToken cancellation)
    {
        var annotations = holds is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["kubelet.test/holds"] = JsonSerializer.Serialize(holds) };
        var patch = new V1Patch(
            KubernetesJson.Serialize(new V1Pod { Metadata = new V1ObjectMeta { Uid = pod.Uid(), Annotations = annotations }, Status = status }), V1Patch.PatchType.MergePatch);
        return house.Calls.CallAsync(
            token => house.Calls.Api.CoreV1.PatchNamespacedPodStatusAsync(patch, pod.Name(), pod.Namespace(), cancellationToken: token), cancellation);
    }

    private static V1PodStatus New() => new() { Conditions = [] };

    private V1ContainerStateTerminated Terminated(int exitCode) =>
        new() { ExitCode = exitCode, Reason = exitCode == 0 ? "Completed" : "Error", StartedAt = Now, FinishedAt = Now };

    private void Set(bool isReady, Func<V1ContainerStatus?, V1ContainerState> state, int? exitCode)
    {
        status.StartTime ??= Now;
        status.HostIP = "127.0.0.1";
        if (status.PodIP is null)
        {
            var number = Interlocked.Increment(ref lastAddress);
            status.PodIP = $"10.{128 + (number >> 16 & 127)}.{number >> 8 & 255}.{number & 255}";
        }

        status.ContainerStatuses = [.. pod.Spec.Containers.Select(container => Container(container, isReady, state, exitCode))];
        status.InitContainerStatuses = pod.Spec.InitContainers is null ? null : [.. pod.Spec.InitContainers.Select(container => Init(container))];
        status.Conditions =
        [
            Condition("PodScheduled", isTrue: true),
            Condition("Initialized", isTrue: status.Phase != "Pending" || pod.Spec.InitContainers is null),
            Condition("ContainersReady", isReady, "ContainersNotReady"),
            Condition("Ready", isReady, "ContainersNotReady"),
        ];
    }

    private V1ContainerStatus Container(V1Container container, bool isReady, Func<V1ContainerStatus?, V1ContainerState> state, int? exitCode)
    {
        var old = status.ContainerStatuses?.FirstOrDefault(known => known.Name == container.Name);
        return new V1ContainerStatus
        {
            Name = container.Name,
            Image = container.Image,
            ImageID = string.Empty,
            Ready = isReady,
            Started = status.Phase == "Running" && exitCode is null,
            State = state(old),
            LastState = exitCode is { } code ? new V1ContainerState { Terminated = Terminated(code) } : old?.LastState,
            RestartCount = (old?.RestartCount ?? 0) + (exitCode is null ? 0 : 1),
        };
    }

    // Nothing is run, so init containers are done as soon as the others may start.
    private V1ContainerStatus Init(V1Container container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        ImageID = string.Empty,
        Ready = status.Phase != "Pending",
        State = status.Phase == "Pending"
            ? new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "PodInitializing" } }
            : new V1ContainerState { Terminated = Terminated(0) },
    };

    private V1PodCondition Condition(string type, bool isTrue, string? reason = null, string? message = null)
    {
        var value = isTrue ? "True" : "False";
        var old = status.Conditions?.FirstOrDefault(known => known.Type == type);
        return new V1PodCondition
        {
            Type = type,
            Status = value,
            Reason = isTrue ? null : reason,
            Message = isTrue ? null : message,
            LastTransitionTime = old?.Status == value ? old.LastTransitionTime : Now,
        };
    }
}
