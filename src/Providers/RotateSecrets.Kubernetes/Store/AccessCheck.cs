using RotateSecrets.Kubernetes.Access;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Ownership;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>Asks the server what the caller may do (SelfSubjectAccessReview), and what else stands in the way.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class AccessCheck(Cluster cluster)
{
    private static readonly (StoreAccess Access, string Verb)[] Needs =
        [(StoreAccess.List, "get"), (StoreAccess.Read, "get"), (StoreAccess.Write, "patch")];

    private readonly AccessReview review = new(cluster);

    public async Task<Outcome<StoreAccessReport>> CheckAsync(SecretAddress? address, StoreAccess wanted, CancellationToken cancellation)
    {
        if (address is null)
        {
            return new StoreAccessReport(cluster.Name, null, wanted, StoreAccess.None, [$"Connected to {cluster.Client.Address.Authority}; the context's namespace is {cluster.DefaultNamespace}."]);
        }

        if (SecretPlace.Of(address, cluster.DefaultNamespace).Failed(out var failure, out var place))
        {
            return failure;
        }

        var missing = StoreAccess.None;
        var findings = new List<string>();
        foreach (var need in Needs.Where(need => wanted.HasFlag(need.Access)).GroupBy(static need => need.Verb, StringComparer.Ordinal))
        {
            if ((await review.AllowsAsync(Permission.One(need.Key, ResourceKind.Secret, place.Namespace, place.Name), cancellation)).Failed(out failure, out var isAllowed))
            {
                return failure;
            }

            if (!isAllowed)
            {
                missing = need.Aggregate(missing, static (all, one) => all | one.Access);
                var denied = ApiFault.Denied(need.Key, ResourceKind.Secret, null, place.Namespace, place.Name, address.ToString());
                findings.Add($"{denied.Message} {denied.Remedy}");
            }
        }

        if (missing.HasFlag(StoreAccess.Read) || (await new SecretReader(cluster).FindAsync(address, place, cancellation)).Failed(out failure, out var found))
        {
            return failure is null || failure.Code == FailureCode.SecretNotFound ? new StoreAccessReport(cluster.Name, address, wanted, missing, findings) : failure;
        }

        using (found)
        {
            if (wanted.HasFlag(StoreAccess.Write) && place.Key is not null && ForeignOwner.OfSecret(found.Json, place.Key) is { } owner)
            {
                findings.Add(owner.Refuse(address.ToString()).Message);
                missing |= cluster.Settings.Force ? StoreAccess.None : StoreAccess.Write;
            }

            if (found.IsImmutable)
            {
                findings.Add($"The Secret {place.Title} is immutable: only the strategy Rename, by which the new value gets a Secret of its own, can replace its value.");
            }
        }

        return new StoreAccessReport(cluster.Name, address, wanted, missing, findings);
    }
}
