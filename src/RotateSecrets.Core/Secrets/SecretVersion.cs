namespace RotateSecrets.Secrets;

/// <summary>A version of a secret, as its store described it when it was asked.</summary>
/// <param name="Address">Where it lives.</param>
/// <param name="Id">The store's own name for the version, unique at the address.</param>
/// <param name="Stage">What it is for.</param>
/// <param name="CreatedAt">When it was written, in UTC.</param>
public sealed record SecretVersion(SecretAddress Address, string Id, SecretStage Stage, DateTimeOffset CreatedAt)
{
    /// <summary>Since when it has been in this stage, in UTC; null where the store doesn't tell.</summary>
    public DateTimeOffset? StagedAt { get; init; }

    /// <summary>How old it was when the store was asked.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>The value's fingerprint; null where the store can't be read back, or the value is gone.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The number of bytes in the value; null where it isn't known.</summary>
    public int? Length { get; init; }

    /// <summary>The idempotency token it was written with; null where it was written by something else.</summary>
    public string? Token { get; init; }

    /// <summary>The value, where it was asked for.</summary>
    public SecretValue? Value { get; init; }

    /// <summary>What is worth knowing about a write, one sentence each. Never a secret.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>Address, version and stage.</summary>
    public override string ToString() => $"{Address} version {Id} ({Stage})";
}

/// <summary>Which version of a secret is meant: one by its id, or the one that is in a stage.</summary>
public readonly record struct VersionSelector
{
    private VersionSelector(string? id, SecretStage? stage)
    {
        Id = id;
        Stage = stage;
    }

    /// <summary>The version that clients use now.</summary>
    public static VersionSelector Current { get; } = OfStage(SecretStage.Current);

    /// <summary>The version's id, or null where a stage is meant.</summary>
    public string? Id { get; }

    /// <summary>The stage, or null where an id is meant.</summary>
    public SecretStage? Stage { get; }

    /// <summary>The version with this id.</summary>
    /// <param name="id">The store's own name for the version.</param>
    public static VersionSelector OfId(string id) => new(id, null);

    /// <summary>The youngest version in this stage.</summary>
    /// <param name="stage">The stage.</param>
    public static VersionSelector OfStage(SecretStage stage) => new(null, stage);

    /// <inheritdoc/>
    public override string ToString() => Id is null ? $"{Stage} version" : $"version {Id}";
}
