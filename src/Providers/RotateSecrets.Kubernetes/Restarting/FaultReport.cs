using System.Text;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Store;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Adds to a failure what the pod said last, and what the cluster said of it, without the secrets that they may quote.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="consumer">The consumer.</param>
/// <param name="secrets">Reads the consumer's secret, where it is another store's.</param>
internal sealed class FaultReport(Cluster cluster, Consumer consumer, ISecretResolver secrets)
{
    private const int Lines = 10;
    private const int LongestText = 1500;
    private const int Events = 3;

    /// <summary>Completes a failure.</summary>
    public async Task<Failure> OfAsync(Failure failure, PodView? pod, RolloutState state, CancellationToken cancellation)
    {
        var known = new List<SecretValue>(cluster.Writes.Replaced());
        try
        {
            var isWhole = await CollectAsync(pod, state, known, cancellation);
            var scrubber = new Scrubber(known);
            var text = new StringBuilder(scrubber.Scrub(failure.Message));
            if (pod is not null)
            {
                await AddLogAsync(text, pod, isWhole ? scrubber : null, cancellation);
                AddEvents(text, pod, scrubber);
            }

            return failure with { Message = text.Length > LongestText ? text.ToString(0, LongestText) + " ..." : text.ToString() };
        }
        finally
        {
            known.ForEach(static value => value.Dispose());
        }
    }

    // Everything that the pod can have printed. What can't be read can't be taken out either.
    private async Task<bool> CollectAsync(PodView? pod, RolloutState state, List<SecretValue> known, CancellationToken cancellation)
    {
        var isWhole = true;
        var names = state.Pods.Where(one => pod is null || one.Uid == pod.Uid || one.Key == pod.Key).SelectMany(static one => one.Secrets).Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var place = new SecretPlace(state.Workload?.Namespace ?? pod!.Namespace, name, null);
            if ((await new SecretReader(cluster).FindAsync(consumer.Address, place, cancellation)).Failed(out var failure, out var found))
            {
                isWhole &= failure.Code == FailureCode.SecretNotFound;
                continue;
            }

            using (found)
            {
                known.AddRange(SecretKeys(found).Select(found.Value).OfType<SecretValue>().Where(static value => value.Length > 0));
            }
        }

        if (!consumer.Address.Store.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase)
            && (await secrets.ResolveAsync(consumer.Address, VersionSelector.Current, cancellation)).Succeeded(out var version, out _) && version.Value is { } value)
        {
            known.Add(value);
        }

        return isWhole;
    }

    // A service account's Secret holds its namespace and the cluster's certificate beside its token; those are no secrets.
    private static IEnumerable<string> SecretKeys(SecretDocument found) => found.Type == "kubernetes.io/service-account-token" ? ["token"] : found.Keys;

    private async Task AddLogAsync(StringBuilder text, PodView pod, Scrubber? scrubber, CancellationToken cancellation)
    {
        if (pod.Fault is not { HasLog: true, Container: { } container })
        {
            return;
        }

        if (scrubber is null)
        {
            text.Append(" Its log is left out: not every Secret that it may quote can be read.");
            return;
        }

        foreach (var previous in (bool[])[true, false])
        {
            if ((await cluster.Client.SendAsync(ApiCall.Log(pod.Namespace, pod.Name, container, previous, Lines), cancellation)).Failed(out _, out var reply))
            {
                continue;
            }

            using (reply)
            {
                var lines = scrubber.Scrub(Encoding.UTF8.GetString(reply.Body.Span)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(Lines).ToList();
                if (lines.Count > 0)
                {
                    text.Append(" Its log ends: ").AppendJoin(" | ", lines).Append('.');
                    return;
                }
            }
        }
    }

    private void AddEvents(StringBuilder text, PodView pod, Scrubber scrubber)
    {
        var events = cluster.Watches.Warnings(pod.Namespace).Of($"Pod/{pod.Name}").OrderByDescending(static one => one.LastSeen).Take(Events).ToList();
        if (events.Count > 0)
        {
            text.Append(" Events: ").AppendJoin("; ", events.Select(one => scrubber.Scrub($"{one.Reason}: {one.Message}"))).Append('.');
        }
    }
}
