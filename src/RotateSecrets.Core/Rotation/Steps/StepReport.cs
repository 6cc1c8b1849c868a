namespace RotateSecrets.Rotation.Steps;

/// <summary>What doing a step came to.</summary>
/// <param name="Message">What was seen, for people.</param>
internal sealed record StepReport(string Message)
{
    /// <summary>What is to be noted, for the module.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds facts; one that is null is left out.</summary>
    public StepReport With(params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        var noted = new Dictionary<string, string>(Facts, StringComparer.Ordinal);
        foreach (var (name, value) in facts)
        {
            if (value is not null)
            {
                noted[name] = value;
            }
        }

        return this with { Facts = noted };
    }
}
