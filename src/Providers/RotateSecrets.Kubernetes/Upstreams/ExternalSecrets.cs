using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Upstreams;

/// <summary>An ExternalSecret of External Secrets that brings a secret of another store.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Secret">The Secret that it fills.</param>
/// <param name="Key">The key that it fills; null where it fills them all.</param>
/// <param name="RefreshedAt">When it last read the other store.</param>
internal sealed record ExternalSecret(string Namespace, string Name, string Secret, string? Key, DateTimeOffset? RefreshedAt);

/// <summary>Finds the ExternalSecrets that bring a secret of another store into the cluster.</summary>
internal static class ExternalSecrets
{
    /// <summary>The Secrets that they fill.</summary>
    public static async Task<Outcome<IReadOnlyList<SecretTarget>>> TargetsAsync(Cluster cluster, SecretAddress address, StoreDescription store, CancellationToken cancellation) =>
        (await FindAsync(cluster, address, store, cancellation)).Map<IReadOnlyList<SecretTarget>>(static found =>
            [.. found.Select(static one => new SecretTarget(one.Namespace, one.Secret, one.Key, $"ExternalSecret {one.Name}"))]);

    /// <summary>Finds them; none where External Secrets isn't installed.</summary>
    public static async Task<Outcome<IReadOnlyList<ExternalSecret>>> FindAsync(Cluster cluster, SecretAddress address, StoreDescription store, CancellationToken cancellation)
    {
        if (cluster.Kinds.Find(ResourceKind.ExternalSecret) is not { } kind)
        {
            return Outcome.Of<IReadOnlyList<ExternalSecret>>([]);
        }

        if ((await RootsAsync(cluster, store.Kind, cancellation)).Failed(out var failure, out var roots))
        {
            return failure;
        }

        var all = new List<ExternalSecret>();
        await foreach (var found in PagedList.ReadAsync(cluster.Client, kind, cluster.Settings.Namespace, null, item => Matching(item, address, store.Kind, roots), null, cancellation))
        {
            if (found.Failed(out failure, out var some))
            {
                return failure;
            }

            all.AddRange(some);
        }

        return Outcome.Of<IReadOnlyList<ExternalSecret>>(all);
    }

    // Where the SecretStores of a kind read: for Vault the mount, before which their keys stand.
    private static async Task<Outcome<Dictionary<string, string>>> RootsAsync(Cluster cluster, string storeKind, CancellationToken cancellation)
    {
        var roots = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var liked in (ResourceKind[])[ResourceKind.SecretStore, ResourceKind.ClusterSecretStore])
        {
            if (cluster.Kinds.Find(liked) is not { } kind)
            {
                continue;
            }

            var nameSpace = kind.Kind == ResourceKind.SecretStore.Kind ? cluster.Settings.Namespace : null;
            await foreach (var found in PagedList.ReadAsync(cluster.Client, kind, nameSpace, null, item => Root(item, storeKind), null, cancellation))
            {
                if (found.Failed(out var failure, out var root))
                {
                    return failure;
                }

                roots[root.Id] = root.Path;
            }
        }

        return roots;
    }

    private static StoreRoot? Root(JsonElement item, string storeKind)
    {
        var provider = item.At("spec", "provider", storeKind.ToLowerInvariant());
        return provider.ValueKind == JsonValueKind.Object ? new StoreRoot($"{item.Text("metadata", "namespace")}/{item.Text("metadata", "name")}", (provider.Text("path") ?? string.Empty).Trim('/')) : null;
    }

    private static List<ExternalSecret>? Matching(JsonElement item, SecretAddress address, string storeKind, Dictionary<string, string> roots)
    {
        var nameSpace = item.Text("metadata", "namespace") ?? string.Empty;
        var name = item.Text("metadata", "name") ?? string.Empty;
        var secret = item.Text("spec", "target", "name") ?? name;
        var refreshed = item.Moment("status", "refreshTime");
        var found = new List<ExternalSecret>();
        foreach (var data in item.Items("spec", "data"))
        {
            if (RootOf(data.At("sourceRef", "storeRef")) is { } root && Leads(root, data.Text("remoteRef", "key"), data.Text("remoteRef", "property")))
            {
                found.Add(new ExternalSecret(nameSpace, name, secret, data.Text("secretKey"), refreshed));
            }
        }

        foreach (var data in item.Items("spec", "dataFrom"))
        {
            if (RootOf(data.At("sourceRef", "storeRef")) is { } root
                && (Leads(root, data.Text("extract", "key"), data.Text("extract", "property")) || SecretFind.Finds(data.At("find"), RemoteName.NamesIn(storeKind, root, address.Path))))
            {
                found.Add(new ExternalSecret(nameSpace, name, secret, null, refreshed));
            }
        }

        return found.Count == 0 ? null : found;

        string? RootOf(JsonElement own)
        {
            var reference = own.ValueKind == JsonValueKind.Object ? own : item.At("spec", "secretStoreRef");
            return roots.GetValueOrDefault($"{(reference.Text("kind") == "ClusterSecretStore" ? string.Empty : nameSpace)}/{reference.Text("name")}");
        }

        bool Leads(string root, string? key, string? property) => key is not null
            && RemoteName.Means(storeKind, root.Length == 0 || key.TrimStart('/').StartsWith($"{root}/", StringComparison.Ordinal) ? key : $"{root}/{key.TrimStart('/')}", address.Path)
            && (address.Field is null || property is null || property == address.Field);
    }

    private sealed record StoreRoot(string Id, string Path);
}
