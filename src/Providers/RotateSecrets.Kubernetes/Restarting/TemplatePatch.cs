using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Writes for which run a workload is restarted into its template, from which its controller makes new pods.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class TemplatePatch(Cluster cluster)
{
    /// <summary>Marks a workload. Where it bears the mark already, nothing is written.</summary>
    /// <param name="kind">The workload's kind, in the server's version.</param>
    /// <param name="workload">The workload, as it was seen.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="target">What a failure is about.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public async Task<Outcome<RestartMark>> WriteAsync(ResourceKind kind, Workload workload, string mark, string target, CancellationToken cancellation)
    {
        if (workload.Run == mark)
        {
            return new RestartMark(workload.Uid, mark, workload.Generation, workload.ChangedAt ?? DateTimeOffset.MinValue);
        }

        // The uid: a workload that was made anew under the same name isn't the one that was looked at.
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteString("uid", workload.Uid);
            json.WriteEndObject();
            json.WriteStartObject("spec");
            json.WriteStartObject("template");
            json.WriteStartObject("metadata");
            json.WriteStartObject("annotations");
            json.WriteString(Workload.RunAnnotation, mark);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Patch(kind, workload.Namespace, workload.Name, body.Written, ApiCall.MergePatch, target, mark) with { IsIdempotent = true };
        if ((await cluster.Client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            var marked = Workload.Of(workload.Kind, reply.Json);
            return new RestartMark(marked.Uid, mark, marked.Generation, marked.ChangedAt ?? reply.Date ?? cluster.Time.GetUtcNow());
        }
    }
}
