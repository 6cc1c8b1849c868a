using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Takes a pod away, so that its controller makes another one.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class PodRemoval(Cluster cluster)
{
    /// <summary>Takes a pod away.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="evicts">Whether its disruption budget is asked.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>That it ends, or is gone; or that its disruption budget doesn't let it go.</returns>
    public async Task<Outcome<Removal>> RemoveAsync(PodView pod, bool evicts, CancellationToken cancellation)
    {
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            if (evicts)
            {
                json.WriteString("apiVersion", cluster.Kinds.EvictionVersion);
                json.WriteString("kind", "Eviction");
                json.WriteStartObject("metadata");
                json.WriteString("name", pod.Name);
                json.WriteString("namespace", pod.Namespace);
                json.WriteEndObject();
                json.WriteStartObject("deleteOptions");
            }

            json.WriteStartObject("preconditions");
            json.WriteString("uid", pod.Uid);
            json.WriteEndObject();
            if (evicts)
            {
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
        var call = evicts
            ? ApiCall.Evict(pod.Namespace, pod.Name, body.Written) with { IsIdempotent = true }
            : ApiCall.Delete(ResourceKind.Pod, pod.Namespace, pod.Name, body.Written) with { IsIdempotent = true };

        // Not there, or another one by now: it is gone. Refused for now: a budget.
        if ((await cluster.Client.SendAsync(call, cancellation, 404, 409, evicts ? 429 : 404)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return new Removal(reply.Status == 429 ? await BudgetRefusal.OfAsync(cluster, pod.Namespace, reply, cancellation) : null);
        }
    }
}

/// <summary>What became of taking a pod away.</summary>
/// <param name="Refusal">Its disruption budget's refusal; null where it ends, or is gone.</param>
internal sealed record Removal(BudgetRefusal? Refusal);
