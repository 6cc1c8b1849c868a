using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Access;

/// <summary>Asks the server whether the caller may do something (SelfSubjectAccessReview): the answer of all its authorizers.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class AccessReview(Cluster cluster)
{
    public async Task<Outcome<bool>> AllowsAsync(Permission permission, CancellationToken cancellation)
    {
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", "authorization.k8s.io/v1");
            json.WriteString("kind", ResourceKind.AccessReview.Kind);
            json.WriteStartObject("spec");
            json.WriteStartObject("resourceAttributes");
            json.WriteString("namespace", permission.Namespace);
            json.WriteString("verb", permission.Verb);
            json.WriteString("group", permission.Kind.Group);
            json.WriteString("resource", permission.Kind.Plural);
            if (permission.Subresource is not null)
            {
                json.WriteString("subresource", permission.Subresource);
            }

            if (permission.Name is not null)
            {
                json.WriteString("name", permission.Name);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Create(ResourceKind.AccessReview, null, body.Written) with { IsIdempotent = true };
        if ((await cluster.Client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            return reply.Json.Flag("status", "allowed");
        }
    }
}
