using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Running;

/// <summary>A step that would be done.</summary>
/// <param name="Number">Its place in the sequence.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Target">To what.</param>
/// <param name="Change">What would be different afterwards.</param>
/// <param name="Undo">How it is undone.</param>
/// <param name="Estimate">How long it should take.</param>
public sealed record RotationStep(int Number, StepKind Kind, string Target, string Change, string Undo, TimeSpan Estimate)
{
    /// <summary>Number, kind and target.</summary>
    public override string ToString() => $"{Number} {Kind} {Target}";
}
