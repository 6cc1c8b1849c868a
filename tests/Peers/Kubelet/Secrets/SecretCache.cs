using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using RotateSecrets.Peers.Kubelet.Cluster;

namespace RotateSecrets.Peers.Kubelet.Secrets;

/// <summary>
/// The Secrets of the cluster. A watch keeps it up to date, but lags behind; so whoever starts a container asks for a Secret as it was no
/// earlier than the pod, as kubelets do, which costs a request where no other pod has asked since.
/// </summary>
internal sealed class SecretCache(ApiCalls calls)
{
    private readonly ConcurrentDictionary<(string Namespace, string Name), Entry> entries = new();
    private long clock;

    /// <summary>Is told which Secret has changed, come or gone: its namespace and name.</summary>
    public Action<string, string> Changed { get; set; } = static (_, _) => { };

    /// <summary>A moment, to ask by for what isn't older.</summary>
    public long Now() => Interlocked.Increment(ref clock);

    public Task WatchAsync(CancellationToken cancellation)
    {
        var core = calls.Api.CoreV1;
        return new ObjectWatch<V1Secret>(
            calls,
            async token => await core.ListSecretForAllNamespacesAsync(cancellationToken: token),
            (version, failed, token) => core.WatchListSecretForAllNamespacesAsync(resourceVersion: version, onError: failed, cancellationToken: token),
            (secret, isGone) =>
            {
                var entry = entries.GetOrAdd((secret.Namespace(), secret.Name()), static _ => new Entry());
                if (entry.Learn(isGone ? null : secret, Version(secret)))
                {
                    Changed(secret.Namespace(), secret.Name());
                }
            }).RunAsync(cancellation);
    }

    /// <summary>A Secret as it was at a moment or later; null where there is none.</summary>
    public async Task<V1Secret?> ReadAsync(string scope, string name, long since, CancellationToken cancellation)
    {
        var entry = entries.GetOrAdd((scope, name), static _ => new Entry());
        // The token of a service account never changes; it goes into every pod.
        if (entry.Secret is { Type: "kubernetes.io/service-account-token" } token)
        {
            return token;
        }

        await entry.OneAtATime.WaitAsync(cancellation);
        try
        {
            if (entry.AskedAt < since)
            {
                var asked = Now();
                var read = await calls.CallAsync(at => calls.Api.CoreV1.ReadNamespacedSecretAsync(name, scope, cancellationToken: at), cancellation);
                entry.Learn(read, read is null ? null : Version(read));
                entry.AskedAt = asked;
            }

            return entry.Secret;
        }
        finally
        {
            entry.OneAtATime.Release();
        }
    }

    private static long Version(V1Secret secret) => long.Parse(secret.Metadata.ResourceVersion);

    private sealed class Entry
    {
        private long version;

        public SemaphoreSlim OneAtATime { get; } = new(1);

        public V1Secret? Secret { get; private set; }

        public long AskedAt { get; set; }

        /// <summary>Takes what is newer than what it knows. A read that finds nothing has no version: it counts.</summary>
        public bool Learn(V1Secret? secret, long? at)
        {
            lock (OneAtATime)
            {
                if (at <= version)
                {
                    return false;
                }

                version = at ?? version;
                Secret = secret;
                return true;
            }
        }
    }
}
