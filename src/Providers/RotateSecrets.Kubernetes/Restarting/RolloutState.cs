using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Kubernetes.Watching;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>What is seen of a workload while it is restarted.</summary>
/// <param name="Workload">The workload; null where it is gone.</param>
/// <param name="Pods">Its pods, the ending ones included.</param>
/// <param name="Warnings">The warnings about it.</param>
internal sealed record RolloutState(Workload? Workload, IReadOnlyList<PodView> Pods, IReadOnlyList<Warning> Warnings)
{
    /// <summary>The pods that run, or are to.</summary>
    public IEnumerable<PodView> Live => Pods.Where(static pod => !pod.IsTerminating && !pod.IsFinished);
}

/// <summary>What a restart is about.</summary>
/// <param name="Uid">The workload's own name for all time.</param>
/// <param name="Mark">What the template's annotation says.</param>
/// <param name="Generation">The generation from which on it says so.</param>
/// <param name="Since">When that was written, by the server's clock, to the second.</param>
internal sealed record RestartMark(string Uid, string Mark, long Generation, DateTimeOffset Since);

/// <summary>What is to be made of a state.</summary>
/// <param name="Fresh">The live pods that were made for this restart.</param>
/// <param name="IsDone">Whether nothing is left to do.</param>
internal sealed record RolloutVerdict(IReadOnlyList<PodView> Fresh, bool IsDone)
{
    /// <summary>Why it will not come to its end; null where it may.</summary>
    public RolloutFault? Fault { get; init; }

    /// <summary>A pod that has to be taken away for it to go on; null where the controller does it.</summary>
    public PodView? Next { get; init; }

    /// <summary>Whether disruption budgets are asked. Those of a pod that never became ready aren't.</summary>
    public bool Evicts { get; init; }
}

/// <summary>Why a restart will not come to its end.</summary>
/// <param name="Code">What kind of failure it is.</param>
/// <param name="Message">What was seen.</param>
/// <param name="Pod">The pod to which it happened; null where it isn't one.</param>
internal sealed record RolloutFault(Outcomes.FailureCode Code, string Message, PodView? Pod = null)
{
    /// <summary>Whether it counts only where it lasts.</summary>
    public bool MayPass { get; init; }
}
