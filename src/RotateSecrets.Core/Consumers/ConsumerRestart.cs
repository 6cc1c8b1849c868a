using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>What restarting one consumer came to.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="RunId">The run it belonged to.</param>
/// <param name="StartedAt">When it began, in UTC.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Instances">The last event of each instance that was touched.</param>
/// <param name="Failure">Why it ended early; null where every instance came through.</param>
public sealed record ConsumerRestart(
    Consumer Consumer,
    string RunId,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    IReadOnlyList<InstanceEvent> Instances,
    Failure? Failure)
{
    /// <summary>Whether every instance came through.</summary>
    public bool Succeeded => Failure is null;

    /// <summary>The version whose roll-out this was part of.</summary>
    public SecretVersion? Version => Consumer.Version;

    /// <summary>The consumer, and what it came to.</summary>
    public override string ToString() => Failure is null ? $"{Consumer}: {Instances.Count} instances" : $"{Consumer}: {Failure.Code}";
}

/// <summary>An event on the way to a <see cref="ConsumerRestart"/>.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="Event">What one of its instances is going through; null in the last one.</param>
/// <param name="Result">What it came to; null in all but the last one.</param>
public sealed record RestartUpdate(Consumer Consumer, InstanceEvent? Event, ConsumerRestart? Result);
