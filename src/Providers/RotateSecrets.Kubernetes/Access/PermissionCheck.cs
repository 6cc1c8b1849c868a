using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Access;

/// <summary>Finds out what the caller may not do: by one request a namespace, and one more for each thing that isn't in its answer.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class PermissionCheck(Cluster cluster)
{
    private readonly AccessReview review = new(cluster);

    /// <summary>What of this isn't permitted.</summary>
    public async Task<Outcome<IReadOnlyList<Permission>>> MissingAsync(IEnumerable<Permission> wanted, CancellationToken cancellation)
    {
        var missing = new List<Permission>();
        foreach (var inside in wanted.Distinct().GroupBy(static one => one.Namespace, StringComparer.Ordinal))
        {
            if ((await PermittedRules.LoadAsync(cluster, inside.Key, cancellation)).Failed(out var failure, out var rules))
            {
                return failure;
            }

            foreach (var one in inside.Where(one => !rules.Have(one)))
            {
                if ((await review.AllowsAsync(one, cancellation)).Failed(out failure, out var isAllowed))
                {
                    return failure;
                }

                if (!isAllowed)
                {
                    missing.Add(one);
                }
            }
        }

        return missing;
    }
}
