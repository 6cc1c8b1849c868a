using k8s;
using k8s.Models;

namespace RotateSecrets.Peers.Kubelet.Cluster;

/// <summary>Writes the events that a scheduler and a kubelet write.</summary>
internal sealed class EventRecorder(ApiCalls calls, TimeProvider time)
{
    /// <summary>Tells of something that went wrong with a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="component">Who tells: default-scheduler, kubelet.</param>
    /// <param name="reason">The event's reason, as the real ones call it.</param>
    /// <param name="message">What happened.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public Task WarnAsync(V1Pod pod, string component, string reason, string message, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var happened = new Corev1Event
        {
            Metadata = new V1ObjectMeta { Name = $"{pod.Name()}.{Guid.NewGuid():n}", NamespaceProperty = pod.Namespace() },
            InvolvedObject = new V1ObjectReference
            {
                ApiVersion = "v1",
                Kind = "Pod",
                Name = pod.Name(),
                NamespaceProperty = pod.Namespace(),
                Uid = pod.Uid(),
            },
            Type = "Warning",
            Reason = reason,
            Message = message,
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
            Source = new V1EventSource { Component = component },
        };
        return calls.CallAsync(token => calls.Api.CoreV1.CreateNamespacedEventAsync(happened, pod.Namespace(), cancellationToken: token), cancellation);
    }
}
