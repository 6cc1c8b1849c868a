using System.Collections.Concurrent;
using System.Globalization;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Kubernetes.Upstreams;

/// <summary>
/// Sees that a value that lives in another store has come before a workload is restarted with it. External Secrets is asked for it by the annotation <c>force-sync</c>, and
/// <c>status.refreshTime</c> tells that it was done; the Vault Secrets Operator comes by itself, and is waited for.
/// </summary>
/// <param name="cluster">The cluster.</param>
internal sealed class Upstream(Cluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SyncPatience = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DemandPause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(string Address, string Run), Lazy<Task<Failure?>>> brought = new();

    /// <summary>Whether External Secrets brings a consumer its value.</summary>
    public static bool Brings(Consumer consumer) => consumer.References.Any(static reference => reference.Location.Contains("ExternalSecret ", StringComparison.Ordinal));

    /// <summary>Whether the Vault Secrets Operator brings a consumer its value.</summary>
    public static bool Syncs(Consumer consumer) => consumer.References.Any(static reference => reference.Location.Contains(VaultSyncs.Title, StringComparison.Ordinal));

    /// <summary>Brings the value, once for a run and address however many workloads wait for it.</summary>
    /// <returns>Why it wasn't brought; null where it was, or nothing has to be.</returns>
    public async Task<Failure?> BringAsync(Consumer consumer, string runId, TimeProvider time, CancellationToken cancellation)
    {
        if (consumer.Address.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase) || (!Brings(consumer) && !Syncs(consumer)))
        {
            return null;
        }

        var place = (consumer.Address.ToString(), runId);
        var work = brought.GetOrAdd(place, key => new Lazy<Task<Failure?>>(() => BringAsync(consumer.Address, key.Run, consumer.Version?.Fingerprint, time)));
        var failure = await work.Value.WaitAsync(cancellation);
        if (failure is not null)
        {
            brought.TryRemove(place, out _);
        }

        return failure;
    }

    private async Task<Failure?> BringAsync(SecretAddress address, string runId, string? fingerprint, TimeProvider time)
    {
        if (cluster.StoreOf(address.Store) is not { } store)
        {
            return null;
        }

        return await RefreshAsync(address, store, runId, fingerprint, time) ?? await AwaitAsync(address, store, fingerprint, time);
    }

    private async Task<Failure?> RefreshAsync(SecretAddress address, StoreDescription store, string runId, string? fingerprint, TimeProvider time)
    {
        if (cluster.Kinds.Find(ResourceKind.ExternalSecret) is not { } kind)
        {
            return null;
        }

        if ((await ExternalSecrets.FindAsync(cluster, address, store, CancellationToken.None)).Failed(out var failure, out var all))
        {
            return failure;
        }

        foreach (var same in all.GroupBy(static one => (one.Namespace, one.Name)))
        {
            if (await RefreshAsync(address, kind, [.. same], runId, fingerprint, time) is { } unrefreshed)
            {
                return unrefreshed;
            }
        }

        return null;
    }

    // What External Secrets reads from may be a replica that is behind: then it is asked again.
    private async Task<Failure?> RefreshAsync(SecretAddress address, ResourceKind kind, IReadOnlyList<ExternalSecret> same, string runId, string? fingerprint, TimeProvider time)
    {
        var one = same[0];
        var began = time.GetTimestamp();
        for (var times = 1; ; times++)
        {
            if ((await DemandAsync(kind, one, times == 1 ? runId : string.Create(CultureInfo.InvariantCulture, $"{runId}-{times}"), time)).Failed(out var failure, out var refreshed))
            {
                return failure;
            }

            var isLate = false;
            foreach (var target in same)
            {
                if ((await SeeAsync(address, target.Namespace, target.Secret, target.Key)).Failed(out failure, out var seen))
                {
                    return failure;
                }

                isLate |= fingerprint is not null && !seen.Contains(fingerprint);
            }

            if (!isLate)
            {
                return null;
            }

            if (time.GetElapsedTime(began) > Patience)
            {
                return new Failure(
                    FailureCode.DeadlineExceeded, address.ToString(), $"ExternalSecret {one.Namespace}/{one.Name} read its store again, and did not bring the new value of {address} to the Secret {one.Namespace}/{one.Secret} within {Patience.TotalSeconds:0} s.")
                {
                    Remedy = "See from which server its SecretStore reads. Where a template makes another value of it, leave its workloads out with Exclude in the plan's Consumers.",
                };
            }

            // A refresh in the second of the last one would not be told from it.
            one = one with { RefreshedAt = refreshed };
            await Task.Delay(DemandPause, time, CancellationToken.None);
        }
    }

    // Nothing asks the operator to come; which value it is that has to come, the version tells.
    private async Task<Failure?> AwaitAsync(SecretAddress address, StoreDescription store, string? fingerprint, TimeProvider time)
    {
        if ((await VaultSyncs.TargetsAsync(cluster, address, store, CancellationToken.None)).Failed(out var failure, out var targets))
        {
            return failure;
        }

        foreach (var target in targets)
        {
            for (var began = time.GetTimestamp(); ;)
            {
                if ((await SeeAsync(address, target.Namespace, target.Name, target.Key)).Failed(out failure, out var seen))
                {
                    return failure;
                }

                if (fingerprint is null || seen.Contains(fingerprint))
                {
                    break;
                }

                if (time.GetElapsedTime(began) > SyncPatience)
                {
                    return new Failure(
                        FailureCode.DeadlineExceeded, address.ToString(), $"{target.Through} did not bring the new value of {address} to the Secret {target.Namespace}/{target.Name} within {SyncPatience.TotalSeconds:0} s.")
                    {
                        Remedy = "See its status, and its refreshAfter: it has to be shorter.",
                    };
                }

                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }

        return null;
    }

    // From now on it is known by when the values were there: whoever is younger has them.
    private async Task<Outcome<IReadOnlySet<string>>> SeeAsync(SecretAddress address, string nameSpace, string secret, string? only)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if ((await new SecretReader(cluster).FindAsync(address, new SecretPlace(nameSpace, secret, only), CancellationToken.None)).Failed(out var failure, out var found))
        {
            return failure.Code == FailureCode.SecretNotFound ? seen : failure;
        }

        using (found)
        {
            foreach (var key in only is null ? found.Keys : [only])
            {
                using var value = found.Value(key);
                if (value is not null)
                {
                    cluster.Writes.FirstSeen(cluster.Time, $"{nameSpace}/{secret}/{key}", value.Fingerprint, found.ServerTime ?? cluster.Time.GetUtcNow());
                    seen.Add(value.Fingerprint);
                }
            }
        }

        return seen;
    }

    private async Task<Outcome<DateTimeOffset>> DemandAsync(ResourceKind kind, ExternalSecret one, string demand, TimeProvider time)
    {
        using var body = PinnedBody.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteStartObject("annotations");
            json.WriteString("force-sync", demand);
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
                        return refreshed;
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
