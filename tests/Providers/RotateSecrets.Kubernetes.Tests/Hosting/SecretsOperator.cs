using System.Globalization;
using System.Text.Json.Nodes;
using RotateSecrets.Kubernetes.Api;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>
/// What operators do that bring a value of a store into the cluster, as far as a rotation sees it: the Vault Secrets Operator looks for itself every moment, and External Secrets when it is
/// asked to. The first time that it is, it reads a replica that is behind.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="read">Reads the value as it is now.</param>
internal sealed class SecretsOperator(TestCluster cluster, Func<Task<string>> read)
{
    private string? synced;

    /// <summary>Works until it is cancelled.</summary>
    /// <param name="external">The ExternalSecret, and the Secret to which it leads.</param>
    /// <param name="watched">The Secret that follows by itself.</param>
    /// <param name="until">Ends it.</param>
    public async Task RunAsync(string external, string watched, CancellationToken until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        try
        {
            while (await timer.WaitForNextTickAsync(until))
            {
                await BringAsync(watched, "vault-secrets-operator");
                await RefreshAsync(external);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task RefreshAsync(string external)
    {
        var path = $"apis/external-secrets.io/v1/namespaces/{cluster.Namespace}/externalsecrets/{external}";
        var asked = (await cluster.GetAsync(path)).Text("metadata", "annotations", "force-sync");
        if (asked is null || asked == synced)
        {
            return;
        }

        if (synced is not null)
        {
            await BringAsync(external, "external-secrets");
        }

        await cluster.MergeAsync($"{path}/status", new JsonObject { ["status"] = new JsonObject { ["refreshTime"] = DateTimeOffset.UtcNow.AddSeconds(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) } });
        synced = asked;
    }

    private async Task BringAsync(string secret, string manager) => await cluster.SendAsync(
        HttpMethod.Patch,
        $"api/v1/namespaces/{cluster.Namespace}/secrets/{secret}?fieldManager={manager}",
        new JsonObject { ["data"] = new JsonObject { ["value"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(await read())) } },
        "application/merge-patch+json");
}
