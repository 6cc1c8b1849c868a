using RotateSecrets.GitHub.Workflows.Expressions;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Files;

/// <summary>A use of a context in a scalar of a workflow or an action.</summary>
/// <param name="Scalar">The scalar.</param>
/// <param name="Use">The use, by places in the scalar's text.</param>
internal sealed record SecretUse(YamlScalar Scalar, ContextUse Use)
{
    /// <summary>The environment variables of the step it belongs to; null outside of steps.</summary>
    public YamlMap? Variables { get; init; }

    /// <summary>The name under which a reusable workflow is given it; null where it is given to none.</summary>
    public string? HandedAs { get; init; }

    /// <summary>The action that is given it, as the step writes it; null where it is given to none.</summary>
    public string? Action { get; init; }

    /// <summary>The input as which the action is given it.</summary>
    public string? Input { get; init; }
}
