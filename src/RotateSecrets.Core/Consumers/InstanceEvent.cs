namespace RotateSecrets.Consumers;

/// <summary>What an instance is going through.</summary>
public enum InstancePhase
{
    /// <summary>It was asked to end.</summary>
    Stopping,

    /// <summary>It is gone.</summary>
    Stopped,

    /// <summary>It was started, and isn't healthy yet.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Healthy,

    /// <summary>It was told that a new value lies where it reads from.</summary>
    Reloaded,

    /// <summary>It was started, and nobody waited to see it healthy.</summary>
    Started,

    /// <summary>Nothing needed doing.</summary>
    Unchanged,

    /// <summary>It waits for somebody to approve it.</summary>
    Waiting,
}

/// <summary>An instance has passed a phase.</summary>
/// <param name="Instance">Its name within the consumer.</param>
/// <param name="Ordinal">Which one it is in the order of the work, counted from 1.</param>
/// <param name="Of">How many instances the work is about.</param>
/// <param name="Phase">The phase.</param>
/// <param name="At">When, in UTC.</param>
public sealed record InstanceEvent(string Instance, int Ordinal, int Of, InstancePhase Phase, DateTimeOffset At)
{
    /// <summary>Whether the instance is done with, for the work at hand.</summary>
    public bool IsFinal => Phase is not (InstancePhase.Stopping or InstancePhase.Starting or InstancePhase.Waiting);
}
