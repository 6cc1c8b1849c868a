using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>Something that uses a secret.</summary>
/// <param name="Kind">What it is: Process, SystemdUnit, Deployment, Workflow ...</param>
/// <param name="Name">Its name, unique among its kind within its scope.</param>
/// <param name="Scope">Where the name holds: a services file, a namespace, a repository.</param>
/// <param name="Address">The secret it uses.</param>
/// <param name="References">Through what it uses it; never empty.</param>
public sealed record Consumer(
    string Kind, string Name, string Scope, SecretAddress Address, IReadOnlyList<ConsumerReference> References)
{
    /// <summary>How many instances of it are meant to run; null where that has no meaning.</summary>
    public int? Replicas { get; init; }

    /// <summary>Where each instance tells about its health, in the order of the instances; empty where none does.</summary>
    public IReadOnlyList<Uri> Health { get; init; } = [];

    /// <summary>The version whose roll-out this consumer was looked up for; null where it was looked up by address alone.</summary>
    public SecretVersion? Version { get; init; }

    /// <summary>Why it can't be brought to a new value; null where nothing is known to stand in the way.</summary>
    public Failure? Obstacle { get; init; }

    /// <summary>What restarting it costs that one should know before, one sentence each.</summary>
    public IReadOnlyList<string> Cautions { get; init; } = [];

    /// <summary>One name for the consumer, the same in every process: kind, scope and name.</summary>
    public string Id => $"{Kind}:{Scope}/{Name}";

    /// <summary>How it takes a new value: the slowest way among its references.</summary>
    public Uptake Uptake => References.Max(static reference => reference.Uptake);

    /// <summary>Whether it can have more than one version at once: the one that clients use, and a candidate or a previous one beside it.</summary>
    public bool HoldsSeveral => References.Any(static reference => reference.Stage != SecretStage.Current);

    /// <summary>Kind and name.</summary>
    public override string ToString() => $"{Kind} {Name}";
}
