namespace RotateSecrets.Outcomes;

/// <summary>Whether a call that failed may all the same have changed something.</summary>
public enum Effect
{
    /// <summary>Nothing was changed.</summary>
    None,

    /// <summary>It isn't known: probe before the call is repeated.</summary>
    Unknown,
}

/// <summary>
/// Why something could not be done, as a value. It never holds a secret, an exception or a reply of another system
/// that could quote one.
/// </summary>
/// <param name="Code">What kind of failure it is.</param>
/// <param name="Target">What it happened to: an address, a path, a consumer's name.</param>
/// <param name="Message">One sentence for the operator: place and cause.</param>
public sealed record Failure(FailureCode Code, string Target, string Message)
{
    /// <summary>What to do about it, as one sentence; null where only the code's general advice applies.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether the call may have taken effect. Default: it did not.</summary>
    public Effect Effect { get; init; }

    /// <summary>How long the system asked to wait before the next call; null where it said nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Remedy is null ? $"{Code}: {Message}" : $"{Code}: {Message} {Remedy}";
}
