namespace RotateSecrets.Health;

/// <summary>One check of one target.</summary>
public interface IHealthProbe
{
    /// <summary>What is checked, in a word: Http, JwtAccepted, JwtRefused ...</summary>
    string Name { get; }

    /// <summary>Where.</summary>
    string Target { get; }

    /// <summary>Checks once. It answers in any case: what can't be reached did not pass.</summary>
    /// <param name="cancellation">The deadline.</param>
    Task<ProbeVerdict> CheckAsync(CancellationToken cancellation);
}

/// <summary>What a check saw.</summary>
/// <param name="Passed">Whether that is what should be.</param>
/// <param name="Evidence">What was seen, as one sentence. Never a secret, and no more of a reply than its status.</param>
public readonly record struct ProbeVerdict(bool Passed, string Evidence);
