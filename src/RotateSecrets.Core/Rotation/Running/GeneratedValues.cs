using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Secrets;
using RotateSecrets.Secrets.Generation;

namespace RotateSecrets.Rotation.Running;

/// <summary>Makes values by generators.</summary>
/// <param name="generators">The generators.</param>
public sealed class GeneratedValues(SecretGenerators generators) : IValueMaker
{
    /// <inheritdoc/>
    public Outcome<SecretValue> Make(ValueRecipe recipe) => generators.Of(recipe.Format, recipe.Options).Map(static generator => generator.Generate());
}
