namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>A pod's containers from their start to their end.</summary>
internal sealed class ContainerRun(House house, PodWorker worker, StatusBoard board)
{
    // So that somebody who looks sees it run before it ends.
    private static readonly TimeSpan CrashesAfter = TimeSpan.FromMilliseconds(50);

    private readonly long startedAt = house.Time.GetTimestamp();

    private TimeSpan Age => house.Time.GetElapsedTime(startedAt);

    private PodMode Mode => new Behaviour(worker.Pod).ModeWith(worker.Held, house.Nodes.Fingerprints);

    /// <summary>Runs them, and answers with their exit code when they end.</summary>
    public async Task<int> RunAsync(CancellationToken life)
    {
        var isAdopted = board.IsRunning;
        if (!isAdopted)
        {
            board.Running(isReady: false);
            await board.PublishAsync(life);
        }

        while (true)
        {
            var behaviour = new Behaviour(worker.Pod);
            var mode = Mode;
            if (mode == PodMode.CrashLoop)
            {
                await Task.Delay(CrashesAfter, house.Time, life);
                return 1;
            }

            var isJob = worker.Pod.Spec.RestartPolicy != "Always";
            if (isJob && Age >= behaviour.RunFor)
            {
                return behaviour.ExitCode;
            }

            var readyAfter = isAdopted ? TimeSpan.Zero : mode == PodMode.Slow ? 10 * behaviour.ReadyAfter : behaviour.ReadyAfter;
            var mayBeReady = mode != PodMode.NeverReady;
            var isChanged = false;
            if (worker.Alarm.UntilFiles == TimeSpan.Zero)
            {
                await worker.FollowAsync(life);
                isChanged = true;
            }

            var isReady = mayBeReady && Age >= readyAfter;
            if (isChanged || isReady != board.IsReady)
            {
                board.Running(isReady);
                await board.PublishAsync(life);
            }

            TimeSpan?[] dates = [mayBeReady && !isReady ? readyAfter - Age : null, isJob ? behaviour.RunFor - Age : null, worker.Alarm.UntilFiles];
            await worker.Alarm.WaitAsync(dates.Min() is { } next ? TimeSpan.FromTicks(Math.Max(0, next.Ticks)) : Timeout.InfiniteTimeSpan, life);
        }
    }
}
