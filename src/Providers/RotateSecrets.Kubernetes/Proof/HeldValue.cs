using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Proof;

/// <summary>Where a value stands from which pods take it, and since when.</summary>
/// <param name="Where">The Secret, or the path.</param>
/// <param name="Fits">Which places of pods lead there.</param>
/// <param name="IsWanted">Whether it is the version in question that stands there now.</param>
/// <param name="Since">Since when, to the second: who is younger took it from there.</param>
/// <param name="Now">The clock by which that is told.</param>
internal sealed record HeldValue(string Where, Func<SecretUse, bool> Fits, bool IsWanted, DateTimeOffset Since, DateTimeOffset Now)
{
    /// <summary>Looks where a version's value stands.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="nameSpace">The namespace of the pods.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async Task<Outcome<IReadOnlyList<HeldValue>>> OfAsync(Cluster cluster, string nameSpace, SecretVersion version, CancellationToken cancellation)
    {
        if ((await SecretQuery.ForAsync(cluster, version.Address, cancellation)).Failed(out var failure, out var query))
        {
            return failure;
        }

        var held = new List<HeldValue>();
        foreach (var target in query.Targets.Where(target => target.Namespace == nameSpace))
        {
            var place = new SecretPlace(target.Namespace, target.Name, target.Key);
            if ((await new SecretReader(cluster).FindAsync(version.Address, place, cancellation)).Failed(out failure, out var found))
            {
                if (failure.Code == FailureCode.SecretNotFound)
                {
                    continue;
                }

                return failure;
            }

            using (found)
            {
                held.Add(OfSecret(cluster, target, found, version));
            }
        }

        var outside = SinceOutside(cluster, version);
        if (query.Vault is { } vault)
        {
            held.Add(new HeldValue(vault.Path, query.IsRead, version.Stage == SecretStage.Current, outside, cluster.Client.Clock.Now));
        }

        if (query.Classes.Count > 0)
        {
            held.Add(new HeldValue(
                version.Address.Path, use => use.Source == UseSource.ProviderClass && query.Classes.Contains((nameSpace, use.Name)), version.Stage == SecretStage.Current, outside, cluster.Client.Clock.Now));
        }

        return Outcome.Of<IReadOnlyList<HeldValue>>(held);
    }

    /// <summary>Since when a value counts that doesn't pass through a Secret of the cluster: by the version's own time.</summary>
    public static DateTimeOffset SinceOutside(Cluster cluster, SecretVersion version) => cluster.Client.Clock.At(version.StagedAt ?? version.CreatedAt);

    private static HeldValue OfSecret(Cluster cluster, SecretTarget target, SecretDocument found, SecretVersion version)
    {
        var (isWanted, since) = (false, DateTimeOffset.MinValue);
        var now = found.ServerTime ?? cluster.Time.GetUtcNow();
        foreach (var key in target.Key is null ? found.Keys : [target.Key])
        {
            using var value = found.Value(key);
            if (value is not null)
            {
                var isThis = value.Fingerprint == (version.Fingerprint ?? version.Id);
                var written = target.Through is null ? found.WrittenAt(key) : cluster.Writes.FirstSeen(cluster.Time, $"{target.Namespace}/{target.Name}/{key}", value.Fingerprint, now);
                (isWanted, since) = (isWanted || isThis, isThis || since < written ? written : since);
            }
        }

        return new HeldValue(
            $"Secret {target.Name}", use => target.Fits(target.Namespace, use), isWanted, since, now);
    }
}
