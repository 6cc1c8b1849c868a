using System.Collections.Concurrent;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Upstreams;

/// <summary>
/// Has External Secrets bring a value that lives in another store before a workload is restarted with it: the annotation <c>force-sync</c> asks for it, and
/// <c>status.refreshTime</c> tells that it was done.
/// </summary>
/// <param name="cluster">The cluster.</param>
internal sealed class Upstream(Cluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(string Address, string Run), Lazy<Task<Failure?>>> brought = new();

    /// <summary>Whether External Secrets brings a consumer its value.</summary>
    public static bool Brings(Consumer consumer) => consumer.References.Any(static reference => reference.Location.Contains("ExternalSecret ", StringComparison.Ordinal));

    /// <summary>Brings the value, once for a run and address however many workloads wait for it.</summary>
    /// <returns>Why it wasn't brought; null where it was, or nothing has to be.</returns>
    public async Task<Failure?> BringAsync(Consumer consumer, string runId, TimeProvider time, CancellationToken cancellation)
    {
        if (consumer.Address.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase) || !Brings(consumer))
        {
            return null;
        }

        var place = (consumer.Address.ToString(), runId);
        var work = brought.GetOrAdd(place, key => new Lazy<Task<Failure?>>(() => BringAsync(consumer.Address, key.Run, time)));
        var failure = await work.Value.WaitAsync(cancellation);
        if (failure is not null)
        {
            brought.TryRemove(place, out _);
        }

        return failure;
    }

    private async Task<Failure?> BringAsync(SecretAddress address, string runId, TimeProvider time)
    {
        if (cluster.StoreOf(address.Store) is not { } store || cluster.Kinds.Find(ResourceKind.ExternalSecret) is not { } kind)
        {
            return null;
        }

        if ((await ExternalSecrets.FindAsync(cluster, address, store, CancellationToken.None)).Failed(out var failure, out var all))
        {
            return failure;
        }

        foreach (var one in all.DistinctBy(static one => (one.Namespace, one.Name)))
        {
            if (await RefreshAsync(kind, one, runId, time) is { } unrefreshed)
            {
                return unrefreshed;
            }
        }

        foreach (var one in all)
        {
            if (await SeeAsync(address, one) is { } unseen)
            {
                return unseen;
            }
        }

        cluster.Writes.Note(time, null);
        return null;
    }

    // From now on it is known by when the value was there: whoever is younger has it.
    private async Task<Failure?> SeeAsync(SecretAddress address, ExternalSecret one)
    {
        if ((await new SecretReader(cluster).FindAsync(address, new SecretPlace(one.Namespace, one.Secret, one.Key), CancellationToken.None)).Failed(out var failure, out var found))
        {
            return failure;
        }

        using (found)
        {
            foreach (var key in one.Key is null ? found.Keys : [one.Key])
            {
                using var value = found.Value(key);
                if (value is not null)
                {
                    cluster.Writes.FirstSeen($"{one.Namespace}/{one.Secret}/{key}", value.Fingerprint, found.ServerTime ?? cluster.Time.GetUtcNow());
                }
            }
        }

        return null;
    }

    private async Task<Failure?> RefreshAsync(ResourceKind kind, ExternalSecret one, string runId, TimeProvider time)
    {
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteStartObject("annotations");
            json.WriteString("force-sync", runId);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
        var call = ApiCall.Patch(kind, one.Namespace, one.Name, body.Written, ApiCall.MergePatch) with { IsIdempotent = true };
        if ((await cluster.Client.SendAsync(call, CancellationToken.None)).Failed(out var failure, out var asked))
        {
            return failure;
        }

        using (asked)
        {
            for (var began = time.GetTimestamp(); ;)
            {
                if ((await cluster.Client.SendAsync(ApiCall.Get(kind, one.Namespace, one.Name), CancellationToken.None)).Failed(out failure, out var reply))
                {
                    return failure;
                }

                using (reply)
                {
                    // Both times are the cluster's; the refresh has to come after the demand.
                    if (reply.Json.Moment("status", "refreshTime") is { } refreshed && (one.RefreshedAt is null || refreshed > one.RefreshedAt) && refreshed >= (asked.Date ?? DateTimeOffset.MinValue) - TimeSpan.FromSeconds(1))
                    {
                        return null;
                    }
                }

                if (time.GetElapsedTime(began) > Patience)
                {
                    return new Failure(
                        FailureCode.DeadlineExceeded, $"ExternalSecret {one.Namespace}/{one.Name}", $"ExternalSecret {one.Namespace}/{one.Name} was asked to read its store again and didn't within {Patience.TotalSeconds:0} s.")
                    {
                        Remedy = "See its status and the External Secrets controller.",
                    };
                }

                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }
    }
}
