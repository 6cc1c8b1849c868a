using k8s;
using k8s.Autorest;
using k8s.Models;

namespace RotateSecrets.Peers.Kubelet.Cluster;

/// <summary>Lists objects and follows their changes for ever, through closed watches, forgotten versions and a server that is away.</summary>
/// <param name="calls">The server.</param>
/// <param name="list">Lists them.</param>
/// <param name="watch">Follows them from a version on.</param>
/// <param name="seen">Told of every object that is new or changed, and (true) of every one that is gone.</param>
internal sealed class ObjectWatch<T>(
    ApiCalls calls,
    Func<CancellationToken, Task<IKubernetesObject<V1ListMeta>>> list,
    Func<string, Action<Exception>, CancellationToken, IAsyncEnumerable<(WatchEventType Type, T Item)>> watch,
    Action<T, bool> seen)
    where T : IKubernetesObject<V1ObjectMeta>
{
    private readonly Dictionary<string, T> known = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var listed = await calls.UntilAsync(list, cancellation);
            Replace(((IItems<T>)listed).Items);
            var version = listed.Metadata.ResourceVersion;
            while (version is not null)
            {
                version = await FollowAsync(version, cancellation);
            }
        }
    }

    // Answers with the version from which to go on; null where only a new list helps.
    private async Task<string?> FollowAsync(string from, CancellationToken cancellation)
    {
        var version = from;
        var isForgotten = false;
        try
        {
            await foreach (var (type, item) in watch(version, _ => isForgotten = true, cancellation))
            {
                if (type is WatchEventType.Error)
                {
                    return null;
                }

                version = item.Metadata.ResourceVersion;
                if (type is WatchEventType.Bookmark)
                {
                    continue;
                }

                See(item, type is WatchEventType.Deleted);
            }
        }
        catch (Exception e) when (e is HttpOperationException || ApiCalls.IsPassing(e, cancellation))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
            return e is HttpOperationException ? null : version;
        }

        return isForgotten ? null : version;
    }

    private void Replace(IList<T> items)
    {
        var listed = items.Select(static item => item.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in known.Values.Where(item => !listed.Contains(item.Metadata.Uid)).ToList())
        {
            See(gone, isGone: true);
        }

        foreach (var item in items)
        {
            See(item, isGone: false);
        }
    }

    private void See(T item, bool isGone)
    {
        if (isGone)
        {
            known.Remove(item.Metadata.Uid);
        }
        else
        {
            known[item.Metadata.Uid] = item;
        }

        seen(item, isGone);
    }
}
