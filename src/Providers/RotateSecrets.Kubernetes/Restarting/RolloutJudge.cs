using System.Globalization;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Watching;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>
/// Judges a restart by its pods, each of them: made for it, ready, and none left that wasn't. The counters of a status alone would say complete while a partition holds old pods back.
/// </summary>
internal static class RolloutJudge
{
    private static readonly string[] Refusals = ["quota", "forbidden", "denied"];

    /// <summary>Judges what is seen.</summary>
    /// <param name="state">What is seen.</param>
    /// <param name="mark">What the restart is about.</param>
    public static RolloutVerdict Of(RolloutState state, RestartMark mark)
    {
        if (Changed(state.Workload, mark) is { } changed)
        {
            return new RolloutVerdict([], false) { Fault = changed };
        }

        var workload = state.Workload!;
        if (workload.Generation < mark.Generation)
        {
            // The watch hasn't shown the restart itself yet.
            return new RolloutVerdict([], false);
        }

        var live = state.Live.ToList();
        var fresh = live.Where(pod => IsFresh(workload, pod, mark)).ToList();
        var old = live.Except(fresh).ToList();
        var desired = workload.Replicas ?? 0;
        if (Fault(state, workload, fresh, mark, live.Count < desired) is { } fault)
        {
            return new RolloutVerdict(fresh, false) { Fault = fault };
        }

        var isObserved = workload.ObservedGeneration >= mark.Generation;
        var ready = fresh.Count(static pod => pod.IsReady);
        if (isObserved && old.Count == 0 && ready >= desired && IsAvailable(workload, desired))
        {
            return new RolloutVerdict(fresh, true);
        }

        if (Stuck(workload, old) is { } stuck)
        {
            return new RolloutVerdict(fresh, false) { Next = stuck };
        }

        // Nobody is missing, everybody new is ready, and the controller has nothing left to do by itself: the next one may go.
        var isQuiet = isObserved && ready == fresh.Count && live.Count >= desired && old.TrueForAll(pod => HasToBeTaken(workload, pod));
        return new RolloutVerdict(fresh, false) { Next = isQuiet ? old.MaxBy(Ordinal) : null, Evicts = true };
    }

    // What is held back by a partition is made of the old revision, whenever it is made: only its time tells.
    private static bool IsFresh(Workload workload, PodView pod, RestartMark mark) =>
        pod.Run == mark.Mark || (IsHeldBack(workload, pod) && pod.CreatedAt > mark.Since);

    private static bool IsHeldBack(Workload workload, PodView pod) => workload is { Kind: "StatefulSet", Strategy: "RollingUpdate" } && Ordinal(pod) < workload.Partition;

    private static bool HasToBeTaken(Workload workload, PodView pod) => workload.Strategy == "OnDelete" || IsHeldBack(workload, pod);

    private static int Ordinal(PodView pod) =>
        int.TryParse(pod.Name.AsSpan(pod.Name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : int.MaxValue;

    private static bool IsAvailable(Workload workload, int desired) => workload.MinReadySeconds == 0 || workload.AvailableReplicas >= desired;

    // A StatefulSet waits for a pod of an earlier revision to become ready before it replaces it, even where that can never be (kubernetes/kubernetes#67250).
    private static PodView? Stuck(Workload workload, List<PodView> old) => workload is { Kind: "StatefulSet", Strategy: "RollingUpdate" }
        ? old.Find(pod => !pod.IsReady && (pod.Fault is not null || pod.Run is not null) && !IsHeldBack(workload, pod))
        : null;

    // Other refusals pass, and the controller tries again.
    private static bool IsFinal(string? refusal) => refusal is not null && Refusals.Any(word => refusal.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static RolloutFault? Changed(Workload? workload, RestartMark mark) => workload switch
    {
        null => new RolloutFault(FailureCode.ConsumerNotFound, "it was deleted while it was restarted"),
        _ when workload.Uid != mark.Uid => new RolloutFault(FailureCode.ConsumerNotFound, "it was deleted and made anew while it was restarted"),
        { IsPaused: true } => new RolloutFault(FailureCode.ConsumerBusy, "it was paused while it was restarted"),
        _ when workload.Generation < mark.Generation || workload.Run == mark.Mark => null,
        { Run: null } => new RolloutFault(FailureCode.ManagedElsewhere, "something else took the restart's annotation out of its template again (GitOps, a Helm upgrade)"),
        _ => new RolloutFault(FailureCode.ConsumerBusy, "somebody else restarted it meanwhile"),
    };

    private static RolloutFault? Fault(RolloutState state, Workload workload, List<PodView> fresh, RestartMark mark, bool isShort)
    {
        if (fresh.FirstOrDefault(static pod => pod.Fault is not null) is { } pod)
        {
            var fault = pod.Fault!;
            var where = fault.Container is null ? string.Empty : $" of its container {fault.Container}";
            return new RolloutFault(FailureCode.InstanceUnhealthy, $"pod {pod.Name} can't start: {fault.Reason}{where}{(fault.Message is null ? string.Empty : $" ({fault.Message})")}", pod);
        }

        if (Refusal(state, workload, fresh, mark, isShort) is not { } refusal)
        {
            return null;
        }

        var isQuota = refusal.Contains("quota", StringComparison.OrdinalIgnoreCase);
        return new RolloutFault(isQuota ? FailureCode.LimitReached : FailureCode.InstanceUnhealthy, $"its controller can't make a pod: {refusal}") { MayPass = isQuota };
    }

    // A warning stays after what it warned of is over: it counts while a pod is missing, and until one was made after it.
    private static string? Refusal(RolloutState state, Workload workload, List<PodView> fresh, RestartMark mark, bool isShort)
    {
        if (workload.ObservedGeneration >= mark.Generation && IsFinal(workload.ReplicaFailure))
        {
            return workload.ReplicaFailure;
        }

        var since = fresh.Count == 0 ? mark.Since : fresh.Max(static pod => pod.CreatedAt).AddSeconds(1);
        return isShort
            ? state.Warnings.Where(warning => warning.Reason is "FailedCreate" && warning.LastSeen >= since && warning.LastSeen >= mark.Since && IsFinal(warning.Message) && !IsMade(state, warning))
                .MaxBy(static warning => warning.LastSeen)?.Message
            : null;
    }

    // A controller that hasn't seen yet that it made a StatefulSet's pod is refused to make it again.
    private static bool IsMade(RolloutState state, Warning warning) => state.Live.Any(pod => warning.Message.Contains($"create Pod {pod.Name} ", StringComparison.Ordinal));
}
