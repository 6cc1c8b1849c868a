using k8s;
using k8s.Models;
using RotateSecrets.Peers.Kubelet.Secrets;

namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>Takes one pod from being pending to being gone.</summary>
internal sealed class PodWorker(House house, V1Pod first) : IDisposable
{
    private readonly CancellationTokenSource deletion = new();
    private readonly CancellationTokenSource gone = new();
    private readonly StatusBoard board = new(house, first);
    private volatile V1Pod pod = first;
    private volatile Held held = new();

    public V1Pod Pod => pod;

    /// <summary>What its containers got when they were started, and its files since.</summary>
    public Held Held => held;

    public Alarm Alarm { get; } = new(house.Time);

    private Behaviour Behaviour => new(pod);

    public void Update(V1Pod latest)
    {
        pod = latest;
        if (latest.Metadata.DeletionTimestamp is not null)
        {
            deletion.Cancel();
        }

        Alarm.Wake();
    }

    /// <summary>The pod is gone from the API server.</summary>
    public void End()
    {
        deletion.Cancel();
        gone.Cancel();
    }

    /// <summary>A Secret has changed: if it is one of the pod's, its files follow after a while.</summary>
    public void NoteSecret(string scope, string name)
    {
        if (pod.Namespace() == scope && held.Sources.Contains(name))
        {
            Alarm.FollowAfter(Behaviour.VolumeDelay);
        }
    }

    /// <summary>Runs the pod until it is gone from the API server.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Update(pod);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(deletion.Token, cancellation);
        using var existence = CancellationTokenSource.CreateLinkedTokenSource(gone.Token, cancellation);
        try
        {
            await LiveAsync(life.Token);
        }
        catch (OperationCanceledException)
        {
            // It was deleted, or the kubelet ends.
        }
        catch (FormatException e)
        {
            await house.Events.WarnAsync(pod, "kubelet", "InvalidAnnotation", e.Message, existence.Token);
        }

        await Canceled(life.Token);
        try
        {
            await DieAsync(existence.Token);
        }
        catch (OperationCanceledException)
        {
            // Somebody else has removed it, or the kubelet ends.
        }

        await Canceled(existence.Token);
    }

    /// <summary>Lets its files follow their Secrets. What is missing by now stays as it was.</summary>
    public async Task FollowAsync(CancellationToken life)
    {
        Alarm.FilesFollowed();
        try
        {
            held = held.Following(await new SecretResolver(house.Secrets, pod).ResolveFilesAsync(life));
        }
        catch (UnresolvedException e)
        {
            await house.Events.WarnAsync(pod, "kubelet", "FailedMount", e.Message, life);
        }

        board.Show(held.Shown(house.Nodes.Fingerprints));
    }

    public void Dispose()
    {
        deletion.Dispose();
        gone.Dispose();
    }

    private static async Task Canceled(CancellationToken token)
    {
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(canceled.SetResult);
        await canceled.Task;
    }

    private async Task LiveAsync(CancellationToken life)
    {
        if (pod.Status?.Phase is "Succeeded" or "Failed")
        {
            return;
        }

        await ScheduleAsync(life);
        while (true)
        {
            if (!board.IsRunning)
            {
                held = await new ContainerStart(house, this, board).RunAsync(life);
                board.Show(held.Shown(house.Nodes.Fingerprints));
            }

            var exitCode = await new ContainerRun(house, this, board).RunAsync(life);
            var policy = pod.Spec.RestartPolicy;
            if (policy == "Never" || (policy == "OnFailure" && exitCode == 0))
            {
                board.Ended(exitCode);
                await board.PublishAsync(life);
                return;
            }

            var backOff = Behaviour.BackOff;
            board.Waiting("CrashLoopBackOff", $"back-off {backOff.TotalSeconds:0}s restarting failed container", exitCode);
            await board.PublishAsync(life);
            await house.Events.WarnAsync(pod, "kubelet", "BackOff", "Back-off restarting failed container", life);
            await Task.Delay(backOff, house.Time, life);
        }
    }

    private async Task ScheduleAsync(CancellationToken life)
    {
        var core = house.Calls.Api.CoreV1;
        while (pod.Spec.NodeName is null)
        {
            if (Behaviour.UnconditionalMode != PodMode.Unschedulable && house.Nodes.Choose(pod) is { } node)
            {
                var binding = new V1Binding { Metadata = new V1ObjectMeta { Name = pod.Name(), Uid = pod.Uid() }, Target = new V1ObjectReference { Kind = "Node", Name = node } };
                await house.Calls.CallAsync(token => core.CreateNamespacedPodBindingAsync(binding, pod.Name(), pod.Namespace(), cancellationToken: token), life);
                return;
            }

            var why = house.Nodes.NoneFits;
            board.Unscheduled(why);
            await board.PublishAsync(life);
            await house.Events.WarnAsync(pod, "default-scheduler", "FailedScheduling", why, life);
            await Alarm.WaitAsync(TimeSpan.FromSeconds(5), life);
        }
    }

    private async Task DieAsync(CancellationToken existence)
    {
        var grace = TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 30);
        var takes = Behaviour.UnconditionalMode == PodMode.Deaf || Behaviour.StopAfter > grace ? grace : Behaviour.StopAfter;
        await Task.Delay(takes, house.Time, existence);
        var now = new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = pod.Uid() } };
        await house.Calls.CallAsync(token => house.Calls.Api.CoreV1.DeleteNamespacedPodAsync(pod.Name(), pod.Namespace(), now, cancellationToken: token), existence);
    }
}
