namespace RotateSecrets.Consumers;

/// <summary>Which value an instance has.</summary>
public enum Holding
{
    /// <summary>It has the version.</summary>
    Holds,

    /// <summary>It doesn't have the version.</summary>
    Lacks,

    /// <summary>It can't be told. For a proof that is as bad as lacking it.</summary>
    Unknown,
}

/// <summary>What is known of one instance.</summary>
/// <param name="Instance">Its name within the consumer.</param>
/// <param name="Holding">Whether it has the version.</param>
/// <param name="Since">Since when it has run, in UTC; null where it doesn't run.</param>
/// <param name="Evidence">How that is known, as one sentence.</param>
public sealed record InstanceState(string Instance, Holding Holding, DateTimeOffset? Since, string Evidence);

/// <summary>Whether every instance of a consumer has a version.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="VersionId">The version.</param>
/// <param name="Instances">Every instance that could still use another.</param>
public sealed record Convergence(Consumer Consumer, string VersionId, IReadOnlyList<InstanceState> Instances)
{
    /// <summary>Whether no instance is left that lacks the version, or of which it isn't known.</summary>
    public bool IsProven => Instances.All(static instance => instance.Holding == Holding.Holds);
}
