namespace RotateSecrets.Rotation;

/// <summary>The right to rotate a secret.</summary>
/// <param name="Key">Names the secret, whatever a session calls its store.</param>
/// <param name="RotationId">For which rotation.</param>
/// <param name="Fence">Higher with every take-over: whoever comes with a lower one has been overtaken.</param>
/// <param name="Holder">Who has it: user, host and process.</param>
public sealed record RotationLease(string Key, string RotationId, long Fence, string Holder);
