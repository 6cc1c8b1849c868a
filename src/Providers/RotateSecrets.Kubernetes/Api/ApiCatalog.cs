using System.Text.Json;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>Which kinds the server has, and in which versions: asked once, when a cluster is connected.</summary>
internal sealed class ApiCatalog
{
    // Somebody has to install these; a group may be there with others of its kinds alone.
    private static readonly ResourceKind[] Custom =
        [ResourceKind.Rollout, ResourceKind.ExternalSecret, ResourceKind.SecretProviderClass, ResourceKind.VaultStaticSecret];

    private readonly Dictionary<string, IReadOnlyList<string>> groups;
    private readonly HashSet<(string Group, string Plural)> absent = [];
    private readonly bool hasStableCronJobs;

    private ApiCatalog(Dictionary<string, IReadOnlyList<string>> groups, bool hasStableCronJobs)
    {
        this.groups = groups;
        this.hasStableCronJobs = hasStableCronJobs;
    }

    /// <summary>CronJobs, which had another version before Kubernetes 1.21.</summary>
    public ResourceKind CronJob => hasStableCronJobs ? ResourceKind.CronJob : ResourceKind.CronJob with { Version = "v1beta1" };

    /// <summary>Budgets for disruptions: policy/v1 from Kubernetes 1.21 on.</summary>
    public ResourceKind DisruptionBudget => Find(ResourceKind.DisruptionBudget) ?? ResourceKind.DisruptionBudget;

    /// <summary>The version in which an eviction is asked for: policy/v1 from Kubernetes 1.22 on.</summary>
    public string EvictionVersion => groups.GetValueOrDefault("policy")?.Contains("v1", StringComparer.Ordinal) == true ? "policy/v1" : "policy/v1beta1";

    /// <summary>Asks the server.</summary>
    public static async Task<Outcome<ApiCatalog>> LoadAsync(ClusterClient client, CancellationToken cancellation)
    {
        if ((await client.SendAsync(ApiCall.Ask("apis"), cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (reply.Json.At("groups").ValueKind != JsonValueKind.Array)
            {
                return new Failure(FailureCode.StoreUnavailable, client.Name, $"What answers at {client.Address.Authority} is no Kubernetes API server.");
            }

            var seen = reply.Json.Items("groups").Where(static group => group.Text("name") is not null).ToDictionary(
                static group => group.Text("name")!,
                static IReadOnlyList<string> (group) => [.. group.Items("versions").Select(static version => version.Text("version")).OfType<string>()],
                StringComparer.Ordinal);
            if ((await client.SendAsync(ApiCall.Ask("apis/batch/v1"), cancellation, 404)).Failed(out failure, out var batch))
            {
                return failure;
            }

            using (batch)
            {
                var catalog = new ApiCatalog(seen, batch.Json.Items("resources").Any(static resource => resource.Text("name") == "cronjobs"));
                return await catalog.LookAsync(client, cancellation) is { } unseen ? unseen : catalog;
            }
        }
    }

    // Whoever may not list a kind is refused before the server looks whether there is such a kind: so that is asked here.
    private async Task<Failure?> LookAsync(ClusterClient client, CancellationToken cancellation)
    {
        foreach (var kind in Custom.Select(Find).OfType<ResourceKind>())
        {
            if ((await client.SendAsync(ApiCall.Ask($"apis/{kind.Group}/{kind.Version}"), cancellation, 403, 404)).Failed(out var failure, out var reply))
            {
                return failure;
            }

            using (reply)
            {
                var names = reply.Json.Items("resources").Select(static resource => resource.Text("name")).OfType<string>().ToHashSet(StringComparer.Ordinal);
                absent.UnionWith(Siblings(kind).Where(one => reply.IsSuccess && !names.Contains(one.Plural)).Select(static one => (one.Group, one.Plural)));
            }
        }

        return null;
    }

    private static IEnumerable<ResourceKind> Siblings(ResourceKind kind) => kind.Group == ResourceKind.ExternalSecret.Group ? [kind, ResourceKind.SecretStore, ResourceKind.ClusterSecretStore] : [kind];

    /// <summary>A kind of a custom resource in a version that the server has; null where its definition is absent.</summary>
    /// <param name="kind">The kind, in the version that is liked best.</param>
    public ResourceKind? Find(ResourceKind kind) => groups.TryGetValue(kind.Group, out var versions) && versions.Count > 0 && !absent.Contains((kind.Group, kind.Plural))
        ? kind with { Version = versions.Contains(kind.Version, StringComparer.Ordinal) ? kind.Version : versions[0] }
        : null;
}
