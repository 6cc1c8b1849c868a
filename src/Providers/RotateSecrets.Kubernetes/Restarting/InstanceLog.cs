using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Pods;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Tells what each pod goes through, once.</summary>
/// <param name="time">The clock.</param>
internal sealed class InstanceLog(TimeProvider time)
{
    private readonly Dictionary<string, (string Name, InstancePhase Phase, int Ordinal)> seen = new(StringComparer.Ordinal);

    /// <summary>How many pods were seen to serve.</summary>
    public int Healthy => seen.Values.Count(static one => one.Phase is InstancePhase.Healthy or InstancePhase.Unchanged);

    /// <summary>Whether everything that was begun is over.</summary>
    public IEnumerable<InstanceEvent> Look(IReadOnlyList<PodView> fresh, IReadOnlyList<PodView> all, int of, bool isFirst)
    {
        foreach (var gone in seen.Where(one => one.Value.Phase is not InstancePhase.Stopped && !all.Any(pod => pod.Uid == one.Key && !pod.IsTerminating)).Select(static one => one.Key).ToList())
        {
            yield return Pass(gone, seen[gone].Name, InstancePhase.Stopped, of);
        }

        foreach (var pod in fresh)
        {
            var phase = pod.IsReady ? isFirst ? InstancePhase.Unchanged : InstancePhase.Healthy : InstancePhase.Starting;
            if (!seen.TryGetValue(pod.Uid, out var last) || (last.Phase == InstancePhase.Starting && phase != InstancePhase.Starting))
            {
                yield return Pass(pod.Uid, pod.Name, phase, of);
            }
        }
    }

    /// <summary>A pod is being taken away.</summary>
    public InstanceEvent Stopping(PodView pod, int of) => Pass(pod.Uid, pod.Name, InstancePhase.Stopping, of);

    private InstanceEvent Pass(string uid, string name, InstancePhase phase, int of)
    {
        var ordinal = seen.TryGetValue(uid, out var last) ? last.Ordinal : seen.Count + 1;
        seen[uid] = (name, phase, ordinal);
        return new InstanceEvent(name, ordinal, of, phase, time.GetUtcNow());
    }
}
