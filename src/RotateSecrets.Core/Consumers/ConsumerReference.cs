using RotateSecrets.Secrets;

namespace RotateSecrets.Consumers;

/// <summary>How a reference takes a new value, from the quickest way to the slowest.</summary>
public enum Uptake
{
    /// <summary>It reads again by itself once the new value lies where it reads from.</summary>
    Reload,

    /// <summary>The system brings the new value after a while; nothing needs doing but to wait.</summary>
    Wait,

    /// <summary>Only an instance started afterwards has the new value.</summary>
    Restart,

    /// <summary>The next run has it; runs under way keep the old one.</summary>
    NextRun,
}

/// <summary>The place through which a consumer uses a secret.</summary>
/// <param name="Kind">What the place is: EnvironmentVariable, File, Volume, Expression, ImagePull, InjectorAnnotation ...</param>
/// <param name="Location">Which one: a variable's name, a path, a file with line and column.</param>
/// <param name="Uptake">How it takes a new value.</param>
public sealed record ConsumerReference(string Kind, string Location, Uptake Uptake)
{
    /// <summary>The stage whose version is read here. Most consumers know only the current one.</summary>
    public SecretStage Stage { get; init; } = SecretStage.Current;

    /// <summary>After which time at the latest it has a new value by itself; null where nobody says.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Place, and how it takes a new value.</summary>
    public override string ToString() => $"{Kind} {Location} ({Uptake})";
}
