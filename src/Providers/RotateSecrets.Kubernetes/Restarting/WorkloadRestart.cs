using System.Globalization;
using System.Runtime.CompilerServices;
using RotateSecrets.Consumers;
using RotateSecrets.Kubernetes.Api;
using RotateSecrets.Kubernetes.Discovery;
using RotateSecrets.Kubernetes.Pods;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Restarts one workload, and follows it to its end by the watches that all restarts share: one request, and none while it waits.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="kind">The workload's kind, in the server's version.</param>
/// <param name="consumer">The consumer.</param>
/// <param name="nameSpace">Its namespace.</param>
/// <param name="request">How.</param>
internal sealed class WorkloadRestart(Cluster cluster, ResourceKind kind, Consumer consumer, string nameSpace, RestartRequest request)
{
    private static readonly TimeSpan BudgetPause = TimeSpan.FromSeconds(1);

    private readonly LastingFault lasting = new(request.Time);
    private readonly InstanceLog log = new(request.Time);
    private readonly string key = $"{consumer.Kind}/{consumer.Name}";

    /// <summary>Restarts it.</summary>
    public async IAsyncEnumerable<Outcome<InstanceEvent>> RunAsync(StopRequest stop)
    {
        var looks = new List<IDisposable>();
        try
        {
            if (await LookAsync(looks, stop.Now) is { } blind)
            {
                yield return blind;
                yield break;
            }

            await foreach (var happened in RestartAsync(stop))
            {
                yield return happened;
            }
        }
        finally
        {
            looks.ForEach(static look => look.Dispose());
        }
    }

    private async IAsyncEnumerable<Outcome<InstanceEvent>> RestartAsync(StopRequest stop, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (State().Workload is not { } workload)
        {
            yield return new Failure(FailureCode.ConsumerNotFound, consumer.Id, $"There is no {consumer} in {nameSpace} any more.");
            yield break;
        }

        if (workload.IsPaused)
        {
            yield return Failed(new RolloutFault(FailureCode.ConsumerBusy, "it is paused, and a restart would not be carried out")) with
            {
                Remedy = $"Let it go on with `kubectl rollout resume {consumer.Kind.ToLowerInvariant()}/{consumer.Name} -n {nameSpace}`.",
            };
            yield break;
        }

        if ((await new TemplatePatch(cluster).WriteAsync(kind, workload, MarkFor(workload), consumer.Id, stop.Now)).Failed(out var failure, out var mark))
        {
            yield return failure;
            yield break;
        }

        if (!request.Wait)
        {
            yield return new InstanceEvent(consumer.Name, 1, 1, InstancePhase.Started, request.Time.GetUtcNow());
            yield break;
        }

        await foreach (var happened in FollowAsync(workload, mark, stop))
        {
            yield return happened;
        }
    }

    private async IAsyncEnumerable<Outcome<InstanceEvent>> FollowAsync(Workload workload, RestartMark mark, StopRequest stop)
    {
        var patience = request.Deadline ?? workload.ProgressDeadline;
        var since = request.Time.GetTimestamp();
        var isFirst = workload.Run == mark.Mark;
        var retryAt = TimeSpan.Zero;
        BudgetRefusal? refusal = null;
        for (var healthy = 0; ;)
        {
            var change = Task.WhenAny(Changes());
            var state = State();
            var verdict = RolloutJudge.Of(state, mark);
            var of = state.Workload?.Replicas ?? workload.Replicas ?? 0;
            foreach (var happened in log.Look(verdict.Fresh, state.Pods, of, isFirst))
            {
                yield return happened;
            }

            isFirst = false;
            (since, healthy) = log.Healthy > healthy ? (request.Time.GetTimestamp(), log.Healthy) : (since, healthy);
            var waited = request.Time.GetElapsedTime(since);
            if (waited < patience && lasting.WaitFor(verdict.Fault, state.Pods.Any(static pod => pod.IsTerminating)) is { } moment && !stop.AtSafePoint.IsCancellationRequested)
            {
                await WaitAsync(change, moment, stop);
                continue;
            }

            if (verdict.Fault is { } fault)
            {
                yield return await new FaultReport(cluster, consumer, request.Secrets).OfAsync(Failed(fault), fault.Pod, state, stop.Now);
                yield break;
            }

            if (verdict.IsDone)
            {
                yield break;
            }

            if (waited >= patience)
            {
                var slow = verdict.Fresh.FirstOrDefault(static pod => !pod.IsReady);
                yield return await new FaultReport(cluster, consumer, request.Secrets).OfAsync(Failed(Late(verdict, state, of, patience, slow, refusal)), slow, state, stop.Now);
                yield break;
            }

            if (stop.AtSafePoint.IsCancellationRequested)
            {
                yield return new Failure(FailureCode.Stopped, consumer.Id, string.Create(
                    CultureInfo.InvariantCulture, $"{consumer} was begun and not waited for: {log.Healthy} of {of} pods are new and ready. The cluster goes on with it."))
                {
                    Remedy = "Resume-SecretRotation goes on waiting, and restarts nothing twice.",
                };
                yield break;
            }

            if (verdict.Next is { } next && waited >= retryAt)
            {
                if ((await new PodRemoval(cluster).RemoveAsync(next, verdict.Evicts, stop.Now)).Failed(out var unremoved, out var removed))
                {
                    yield return unremoved;
                    yield break;
                }

                refusal = removed.Refusal;
                if (refusal?.Lasting is { } never)
                {
                    yield return Failed(new RolloutFault(FailureCode.LimitReached, $"pod {next.Name} has to be replaced, and {never}")) with
                    {
                        Remedy = $"{DisruptionBudget.Remedy(refusal.Budget, nameSpace)}; then go on with Resume-SecretRotation.",
                    };
                    yield break;
                }

                retryAt = refusal is null ? TimeSpan.Zero : waited + BudgetPause;
                if (refusal is null)
                {
                    yield return log.Stopping(next, of);
                    await WaitAsync(change, patience - waited, stop);
                    continue;
                }
            }

            await WaitAsync(change, verdict.Next is null ? patience - waited : BudgetPause, stop);
        }
    }

    // What was pointed elsewhere in the same run is being restarted by that already.
    private string MarkFor(Workload workload)
    {
        var isRepointed = workload.Run is { } run && run.Contains('~', StringComparison.Ordinal) && request.RunId.StartsWith(run[..run.IndexOf('~', StringComparison.Ordinal)], StringComparison.Ordinal);
        var isUnderWay = State().Live.Any(pod => pod.Run != workload.Run || !pod.IsReady);
        return isRepointed && isUnderWay ? workload.Run! : request.RunId;
    }

    private RolloutState State() => new(
        cluster.Watches.Workloads(kind, nameSpace).Of(key) is [var workload, ..] ? workload : null, cluster.Watches.Pods(nameSpace).Of(key), cluster.Watches.Warnings(nameSpace).Of(key));

    private Task[] Changes() =>
        [cluster.Watches.Workloads(kind, nameSpace).ChangeOf(key), cluster.Watches.Pods(nameSpace).ChangeOf(key), cluster.Watches.Warnings(nameSpace).ChangeOf(key)];

    private async Task<Failure?> LookAsync(List<IDisposable> looks, CancellationToken cancellation)
    {
        if ((await cluster.Watches.Workloads(kind, nameSpace).LookAsync(cancellation)).Failed(out var failure, out var workloads))
        {
            return failure;
        }

        looks.Add(workloads);
        if ((await cluster.Watches.Pods(nameSpace).LookAsync(cancellation)).Failed(out failure, out var pods))
        {
            return failure;
        }

        looks.Add(pods);
        // Without events a failure is told of later; the preflight has said so.
        if ((await cluster.Watches.Warnings(nameSpace).LookAsync(cancellation)).Failed(out failure, out var warnings))
        {
            return failure.Code == FailureCode.AccessDenied ? null : failure;
        }

        looks.Add(warnings);
        return null;
    }

    private async Task WaitAsync(Task change, TimeSpan longest, StopRequest stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Now, stop.AtSafePoint);
        try
        {
            await change.WaitAsync(longest, request.Time, ended.Token);
        }
        catch (TimeoutException)
        {
            // The deadline, or the time to ask a budget again.
        }
        catch (OperationCanceledException) when (!stop.Now.IsCancellationRequested)
        {
            // The safe point: the loop says what is to be said.
        }
    }

    private Failure Failed(RolloutFault fault) => new(fault.Code, consumer.Id, $"{consumer} in {nameSpace}: {fault.Message}.");

    private static RolloutFault Late(RolloutVerdict verdict, RolloutState state, int of, TimeSpan patience, PodView? slow, BudgetRefusal? refusal)
    {
        var ready = verdict.Fresh.Count(static pod => pod.IsReady);
        var old = state.Live.Count() - verdict.Fresh.Count;
        var why = verdict.Next is { } kept ? $"; the disruption budget {refusal?.Budget} doesn't let pod {kept.Name} go" : slow is null ? string.Empty : $"; pod {slow.Name} is not ready";
        return new RolloutFault(
            FailureCode.InstanceUnhealthy,
            string.Create(CultureInfo.InvariantCulture, $"after {patience.TotalSeconds:0} s without progress {ready} of {of} pods are new and ready, and {old} old ones are left{why}"),
            slow);
    }
}
