using RotateSecrets.Aws.Parameters;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Consumers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Files;

/// <summary>A place in a line of text that names a secret.</summary>
/// <param name="Name">The secret's name.</param>
/// <param name="At">Where in the line it begins, counted from 0.</param>
internal sealed record SecretMention(string Name, int At)
{
    /// <summary>The field that it asks for; null for the whole value.</summary>
    public string? Field { get; init; }

    /// <summary>The label that it asks for; null for the current version.</summary>
    public string? Label { get; init; }

    /// <summary>The version that it asks for, whatever is current; null where it goes by label.</summary>
    public string? Version { get; init; }

    /// <summary>Whether CloudFormation puts the value in its place.</summary>
    public bool IsDynamic { get; init; }

    /// <summary>Whether it is a task definition's.</summary>
    public bool IsOfTask { get; init; }

    /// <summary>The reference that it is.</summary>
    /// <param name="place">The file and the line.</param>
    public ConsumerReference Reference(string place) => new(
        IsDynamic ? "DynamicReference" : IsOfTask ? "TaskDefinition" : "Configuration",
        FormattableString.Invariant($"{place}:{At + 1}{(Version is null ? string.Empty : $" (version {Version} alone)")}"),
        IsDynamic ? Uptake.NextRun : Uptake.Restart)
    {
        Stage = Label switch
        {
            null or VersionLabels.Current or ParameterLabels.Current => SecretStage.Current,
            VersionLabels.Pending or ParameterLabels.Pending => SecretStage.Pending,
            _ => SecretStage.Previous,
        },
    };
}
