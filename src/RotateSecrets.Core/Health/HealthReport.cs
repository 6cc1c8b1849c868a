using RotateSecrets.Secrets;

namespace RotateSecrets.Health;

/// <summary>One check, done.</summary>
/// <param name="Probe">What was checked, in a word.</param>
/// <param name="Target">Where.</param>
/// <param name="Passed">Whether what was seen is what should be.</param>
/// <param name="Evidence">What was seen, as one sentence.</param>
/// <param name="CheckedAt">When the check began, in UTC.</param>
/// <param name="Latency">How long it took.</param>
public sealed record ProbeResult(
    string Probe, string Target, bool Passed, string Evidence, DateTimeOffset CheckedAt, TimeSpan Latency);

/// <summary>What a set of checks came to.</summary>
/// <param name="Probes">The checks, in the order in which they were asked for.</param>
/// <param name="StartedAt">When the first began, in UTC.</param>
/// <param name="Duration">How long they took together.</param>
public sealed record HealthReport(IReadOnlyList<ProbeResult> Probes, DateTimeOffset StartedAt, TimeSpan Duration)
{
    /// <summary>The versions this vouches for; empty where it was asked of none.</summary>
    public IReadOnlyList<SecretVersion> Versions { get; init; } = [];

    /// <summary>Whether every check passed. Where nothing was checked, nothing passed.</summary>
    public bool Passed => Probes.Count > 0 && Probes.All(static probe => probe.Passed);

    /// <summary>How many checks passed.</summary>
    public override string ToString() => $"{Probes.Count(static probe => probe.Passed)} of {Probes.Count} checks passed";
}
