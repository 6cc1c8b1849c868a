using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation;

/// <summary>Which rotations are wanted. Whatever is null doesn't narrow the choice.</summary>
public sealed record RotationQuery
{
    /// <summary>Of which secret: its lease's key.</summary>
    public string? Key { get; init; }

    /// <summary>In which states.</summary>
    public IReadOnlyList<RotationState>? States { get; init; }

    /// <summary>Begun at this time or later, in UTC.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The largest number of them.</summary>
    public int? Limit { get; init; }
}
