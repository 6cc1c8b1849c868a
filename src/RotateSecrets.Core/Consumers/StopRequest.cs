namespace RotateSecrets.Consumers;

/// <summary>The two ways to be stopped.</summary>
/// <param name="AtSafePoint">Cancelled by the first Ctrl-C: finish what must not be left half done, then end.</param>
/// <param name="Now">Cancelled by a deadline or the second Ctrl-C: end, and leave the rest to whoever resumes.</param>
public readonly record struct StopRequest(CancellationToken AtSafePoint, CancellationToken Now);
