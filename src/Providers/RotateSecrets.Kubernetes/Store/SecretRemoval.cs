using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>Takes keys and Secrets away. A whole Secret goes only when no workload names it any more.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class SecretRemoval(Cluster cluster)
{
    private readonly SecretReader reader = new(cluster);

    /// <summary>Takes a key away; with the last one, or where nothing can be taken out (an immutable Secret, a candidate's own), the Secret.</summary>
    public async Task<Outcome<SecretAddress>> RemoveAsync(SecretAddress address, CancellationToken cancellation)
    {
        if (SecretPlace.Of(address, cluster.DefaultNamespace).Failed(out var failure, out var place)
            || (await reader.FindAsync(address, place, cancellation)).Failed(out failure, out var found))
        {
            return failure.Code == FailureCode.SecretNotFound ? address : failure;
        }

        using (found)
        {
            var keys = found.Keys;
            if (place.Key is not null && !keys.Contains(place.Key, StringComparer.Ordinal))
            {
                return address;
            }

            if (!cluster.Settings.Force && ForeignOwner.OfSecret(found.Json, place.Key ?? (keys.Count > 0 ? keys[0] : string.Empty)) is { } owner)
            {
                return owner.Refuse(address.ToString());
            }

            return place.Key is null || keys.Count == 1 || found.IsImmutable || found.SideOf is not null
                ? await RemoveSecretAsync(address, place, found, cancellation)
                : await RemoveKeyAsync(address, place, place.Key, found, cancellation);
        }
    }

    private async Task<Outcome<SecretAddress>> RemoveKeyAsync(SecretAddress address, SecretPlace place, string key, SecretDocument found, CancellationToken cancellation)
    {
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteString("uid", found.Uid);
            json.WriteString("resourceVersion", found.ResourceVersion);
            json.WriteEndObject();
            json.WriteStartObject("data");
            json.WriteNull(key);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Patch(ResourceKind.Secret, place.Namespace, place.Name, body.Written, ApiCall.MergePatch, address.ToString());
        return End(address, await cluster.Client.SendAsync(call, cancellation));
    }

    private async Task<Outcome<SecretAddress>> RemoveSecretAsync(SecretAddress address, SecretPlace place, SecretDocument found, CancellationToken cancellation)
    {
        if (await UserAsync(address, place, cancellation) is { } user)
        {
            return user;
        }

        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("preconditions");
            json.WriteString("uid", found.Uid);
            json.WriteString("resourceVersion", found.ResourceVersion);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Delete(ResourceKind.Secret, place.Namespace, place.Name, body.Written, address.ToString());
        return End(address, await cluster.Client.SendAsync(call, cancellation, 404));
    }

    // Whoever names it, by whatever key, could not start again without it.
    private async Task<Failure?> UserAsync(SecretAddress address, SecretPlace place, CancellationToken cancellation)
    {
        if (SecretAddress.TryCreate(address.Store, place.Title).Failed(out var failure, out var whole))
        {
            return failure;
        }

        await foreach (var found in new ClusterConsumerSource(cluster).FindAsync(whole, cancellation))
        {
            if (found.Failed(out failure, out var consumer))
            {
                return failure;
            }

            if (consumer.Uptake != Uptake.Reload)
            {
                return new Failure(FailureCode.StillInUse, address.ToString(), $"The Secret {place.Title} can't be taken away: {consumer} names it ({consumer.References[0]}).")
                {
                    Remedy = "Point it to another Secret first with Update-Consumer.",
                };
            }
        }

        return null;
    }

    private static Outcome<SecretAddress> End(SecretAddress address, Outcome<ApiReply> sent)
    {
        if (sent.Failed(out var failure, out var reply))
        {
            return failure;
        }

        reply.Dispose();
        return address;
    }
}
