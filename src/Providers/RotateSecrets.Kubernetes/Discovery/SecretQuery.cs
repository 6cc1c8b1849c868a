using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Kubernetes.Upstreams;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Discovery;

/// <summary>A key of a Secret that is looked for, and who brought the value there.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The Secret.</param>
/// <param name="Key">The key; null for any.</param>
/// <param name="Through">Who brought it; null where it lives there.</param>
internal sealed record SecretTarget(string Namespace, string Name, string? Key, string? Through)
{
    /// <summary>Whether a place leads here.</summary>
    public bool Fits(string nameSpace, SecretUse use) =>
        use.Source == UseSource.Secret && Namespace == nameSpace && Name == use.Name && (Key is null || use.Key is null || Key == use.Key);
}

/// <summary>Which places of pods lead to a secret, wherever that lives.</summary>
/// <param name="Namespace">The one namespace in which it can be used; null for all that are searched.</param>
/// <param name="Targets">The Secrets that hold it.</param>
/// <param name="Classes">The SecretProviderClasses that bring it, by namespace and name.</param>
/// <param name="Vault">Its address in Vault; null where it isn't there.</param>
internal sealed record SecretQuery(string? Namespace, IReadOnlyList<SecretTarget> Targets, IReadOnlySet<(string Namespace, string Name)> Classes, SecretAddress? Vault)
{
    /// <summary>Works out where to look.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="address">The secret.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The query; one without anything to look for where the cluster can't have it.</returns>
    public static async Task<Outcome<SecretQuery>> ForAsync(Cluster cluster, SecretAddress address, CancellationToken cancellation)
    {
        if (address.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase))
        {
            return SecretPlace.Of(address, cluster.DefaultNamespace).Map(place => new SecretQuery(
                place.Namespace, [new SecretTarget(place.Namespace, place.Name, place.Key, null)], new HashSet<(string, string)>(), null));
        }

        if (cluster.StoreOf(address.Store) is not { } store || store.Kind is not ("Vault" or "Aws"))
        {
            return new SecretQuery(null, [], new HashSet<(string, string)>(), null);
        }

        if ((await ExternalSecrets.TargetsAsync(cluster, address, store, cancellation)).Failed(out var failure, out var targets)
            || (await ProviderClasses.LoadAsync(cluster, cluster.Settings.Namespace, cancellation)).Failed(out failure, out var classes))
        {
            return failure;
        }

        var bringing = classes.Where(one => one.Brings(address.Path, store.Kind)).ToList();
        return new SecretQuery(
            cluster.Settings.Namespace,
            [
                .. targets,
                .. bringing.SelectMany(static one => one.Synced.Select(secret => new SecretTarget(one.Namespace, secret, null, $"SecretProviderClass {one.Name}"))),
            ],
            bringing.Select(static one => (one.Namespace, one.Name)).ToHashSet(),
            store.Kind == "Vault" ? address : null);
    }

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => Targets.Count == 0 && Classes.Count == 0 && Vault is null;

    /// <summary>The target that a place leads to, or true without one.</summary>
    public bool Matches(string nameSpace, SecretUse use, out string? through)
    {
        var target = Targets.FirstOrDefault(one => one.Fits(nameSpace, use));
        through = target?.Through;
        return target is not null
            || (use.Source == UseSource.ProviderClass && Classes.Contains((nameSpace, use.Name)))
            || IsRead(use);
    }

    /// <summary>Whether an agent of Vault brings it to a place.</summary>
    public bool IsRead(SecretUse use) => Vault is not null && use.Read is { } read && RemoteName.Means(read, Vault);
}
