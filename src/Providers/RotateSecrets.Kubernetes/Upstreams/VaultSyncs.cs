using System.Text.Json;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Upstreams;

/// <summary>Finds the Secrets that the Vault Secrets Operator fills from a secret of Vault: with all of its keys, whose names it may change.</summary>
internal static class VaultSyncs
{
    /// <summary>What begins the name of one in a reference.</summary>
    public const string Title = "VaultStaticSecret ";

    /// <summary>Finds them; none where the operator isn't installed.</summary>
    public static async Task<Outcome<IReadOnlyList<SecretTarget>>> TargetsAsync(Cluster cluster, SecretAddress address, StoreDescription store, CancellationToken cancellation)
    {
        var all = new List<SecretTarget>();
        if (store.Kind == "Vault" && cluster.Kinds.Find(ResourceKind.VaultStaticSecret) is { } kind)
        {
            await foreach (var found in PagedList.ReadAsync(cluster.Client, kind, cluster.Settings.Namespace, null, item => Target(item, address), null, cancellation))
            {
                if (found.Failed(out var failure, out var target))
                {
                    return failure;
                }

                all.Add(target);
            }
        }

        return all;
    }

    private static SecretTarget? Target(JsonElement item, SecretAddress address) =>
        item.Text("spec", "destination", "name") is { } secret && RemoteName.Means("Vault", $"{item.Text("spec", "mount")?.Trim('/')}/{item.Text("spec", "path")?.Trim('/')}", address.Path)
            ? new SecretTarget(item.Text("metadata", "namespace") ?? string.Empty, secret, null, Title + item.Text("metadata", "name"))
            : null;
}
