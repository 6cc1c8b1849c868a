using System.Runtime.CompilerServices;
using System.Text.Json;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Api;

/// <summary>Lists page by page: only one page is in memory at a time.</summary>
internal static class PagedList
{
    private const int PageSize = 250;
    private const int Restarts = 3;

    /// <summary>Reads every object of a kind.</summary>
    /// <typeparam name="T">What is made of an object.</typeparam>
    /// <param name="client">Speaks with the server.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="nameSpace">The namespace; null for all.</param>
    /// <param name="selector">A label selector; null for none.</param>
    /// <param name="read">Makes it of an object, or null where the object doesn't matter. It must not keep the element.</param>
    /// <param name="version">Told the collection's resourceVersion, from which a watch goes on.</param>
    /// <param name="cancellation">Gives up at once.</param>
    public static async IAsyncEnumerable<Outcome<T>> ReadAsync<T>(
        ClusterClient client,
        ResourceKind kind,
        string? nameSpace,
        string? selector,
        Func<JsonElement, T?> read,
        Action<string>? version,
        [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var restarts = 0;
        string? next = null;
        while (true)
        {
            var query = FormattableString.Invariant($"limit={PageSize}")
                + (selector is null ? string.Empty : $"&labelSelector={Uri.EscapeDataString(selector)}")
                + (next is null ? string.Empty : $"&continue={Uri.EscapeDataString(next)}");
            if ((await client.SendAsync(ApiCall.List(kind, nameSpace, query), cancellation, 410, kind.IsCustom ? 404 : 410)).Failed(out var failure, out var reply))
            {
                yield return failure;
                yield break;
            }

            using (reply)
            {
                if (reply.Status == 404)
                {
                    version?.Invoke("0");
                    yield break;
                }

                // The server has compacted the state that the pages are of. What was handed out already isn't handed out again.
                if (reply.Status == 410)
                {
                    if (++restarts > Restarts)
                    {
                        yield return ApiFault.Of(reply, ApiCall.List(kind, nameSpace, query));
                        yield break;
                    }

                    next = reply.Json.Text("metadata", "continue");
                    continue;
                }

                if (reply.Json.At("items").ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
                {
                    yield return new Failure(FailureCode.StoreUnavailable, kind.ToString(), $"What {client.Address.Authority} answered is no list of {kind}.");
                    yield break;
                }

                foreach (var item in reply.Json.Items("items"))
                {
                    if (item.Text("metadata", "uid") is { } uid && seen.Add(uid) && read(item) is { } made)
                    {
                        yield return made;
                    }
                }

                next = reply.Json.Text("metadata", "continue");
                if (string.IsNullOrEmpty(next))
                {
                    version?.Invoke(reply.Json.Text("metadata", "resourceVersion") ?? "0");
                    yield break;
                }
            }
        }
    }
}
