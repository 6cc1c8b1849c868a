using System.Text.Json;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>Which kinds the server has, and in which versions: asked once, when a cluster is connected.</summary>
internal sealed class ApiCatalog
{
    private readonly Dictionary<string, IReadOnlyList<string>> groups;
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
                return new ApiCatalog(seen, batch.Json.Items("resources").Any(static resource => resource.Text("name") == "cronjobs"));
            }
        }
    }

    /// <summary>A kind of a custom resource in a version that the server has; null where its definition is absent.</summary>
    /// <param name="kind">The kind, in the version that is liked best.</param>
    public ResourceKind? Find(ResourceKind kind) => groups.TryGetValue(kind.Group, out var versions) && versions.Count > 0
        ? kind with { Version = versions.Contains(kind.Version, StringComparer.Ordinal) ? kind.Version : versions[0] }
        : null;
}
