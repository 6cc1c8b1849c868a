using System.Runtime.CompilerServices;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager;

/// <summary>Reads lists to their end, page by page.</summary>
internal static class Paginators
{
    public static async IAsyncEnumerable<SecretVersionsListEntry> VersionsAsync(
        this AmazonSecretsManagerClient client, ListSecretVersionIdsRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        do
        {
            var page = await client.ListSecretVersionIdsAsync(request, cancellation);
            foreach (var entry in page.Versions ?? [])
            {
                yield return entry;
            }

            request.NextToken = page.NextToken;
        }
        while (!string.IsNullOrEmpty(request.NextToken));
    }

    public static async IAsyncEnumerable<SecretListEntry> SecretsAsync(
        this AmazonSecretsManagerClient client, ListSecretsRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        do
        {
            var page = await client.ListSecretsAsync(request, cancellation);
            foreach (var entry in page.SecretList ?? [])
            {
                yield return entry;
            }

            request.NextToken = page.NextToken;
        }
        while (!string.IsNullOrEmpty(request.NextToken));
    }
}
