using RotateSecrets.Outcomes;

namespace RotateSecrets.Rendering;

/// <summary>A failure, in the form in which an error record carries it.</summary>
public sealed class RotationException : Exception
{
    /// <summary>Carries a failure.</summary>
    /// <param name="failure">The failure.</param>
    public RotationException(Failure failure)
        : base(failure.Message) => Failure = failure;

    /// <summary>The failure: code, target, message and remedy.</summary>
    public Failure Failure { get; }
}
