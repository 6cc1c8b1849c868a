using RotateSecrets.Peers.Kubelet.Secrets;

namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>A pod's containers until they can be started: their image is there, and their secrets are resolved.</summary>
internal sealed class ContainerStart(House house, PodWorker worker, StatusBoard board)
{
    private string Image => worker.Pod.Spec.Containers[0].Image;

    /// <summary>Tries until it works.</summary>
    /// <returns>What they get.</returns>
    public async Task<Held> RunAsync(CancellationToken life)
    {
        Obstacle? told = null;
        while (true)
        {
            var (held, obstacle) = await TryAsync(life);
            if (held is not null)
            {
                return held;
            }

            if (told is null || obstacle != told)
            {
                board.Waiting(obstacle!.Reason, obstacle.Reason == "ContainerCreating" ? null : obstacle.Message);
                await board.PublishAsync(life);
                await house.Events.WarnAsync(worker.Pod, "kubelet", obstacle.Event, obstacle.Message, life);
                told = obstacle;
            }

            await worker.Alarm.WaitAsync(house.Options.RetryAfter, life);
            if (told.Reason == "ErrImagePull")
            {
                board.Waiting("ImagePullBackOff", $"Back-off pulling image \"{Image}\"");
                await board.PublishAsync(life);
            }
        }
    }

    private async Task<(Held? Held, Obstacle? Obstacle)> TryAsync(CancellationToken life)
    {
        if (NoImage(new Behaviour(worker.Pod).UnconditionalMode) is { } missing)
        {
            return (null, missing);
        }

        try
        {
            var held = await new SecretResolver(house.Secrets, worker.Pod).ResolveAsync(life);
            return NoImage(new Behaviour(worker.Pod).ModeWith(held, house.Nodes.Fingerprints)) is { } noImage ? (null, noImage) : (held, null);
        }
        catch (UnresolvedException e)
        {
            return (null, e.IsVolume ? new("ContainerCreating", e.Message, "FailedMount") : new("CreateContainerConfigError", e.Message, "Failed"));
        }
    }

    private Obstacle? NoImage(PodMode mode) => mode switch
    {
        PodMode.ImagePullError => new Obstacle("ErrImagePull", $"Failed to pull image \"{Image}\": not found", "Failed"),
        PodMode.ImagePullBackOff => new Obstacle("ImagePullBackOff", $"Back-off pulling image \"{Image}\"", "BackOff"),
        _ => null,
    };

    // A container's reason to wait, what is wrong, and the reason of the event that tells it.
    private sealed record Obstacle(string Reason, string Message, string Event);
}
