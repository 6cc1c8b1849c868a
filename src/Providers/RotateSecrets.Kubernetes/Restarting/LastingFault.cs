namespace RotateSecrets.Kubernetes.Restarting;

/// <summary>Tells a refusal that lasts from one that passes: what a pod that ends has taken of a quota is counted as free only a moment after it is gone.</summary>
/// <param name="time">The clock.</param>
internal sealed class LastingFault(TimeProvider time)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(4);

    private long? since;

    /// <summary>How long it has to be waited to see whether a fault lasts; null where there is none, or it does.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="isEnding">Whether a pod ends, which may be all that is in the way: the wait begins when it is gone.</param>
    public TimeSpan? WaitFor(RolloutFault? fault, bool isEnding)
    {
        if (fault is not { MayPass: true })
        {
            since = null;
            return null;
        }

        if (isEnding)
        {
            since = null;
            return Moment;
        }

        var rest = Moment - time.GetElapsedTime(since ??= time.GetTimestamp());
        return rest > TimeSpan.Zero ? rest : null;
    }
}
