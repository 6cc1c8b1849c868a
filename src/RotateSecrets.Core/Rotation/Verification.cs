using RotateSecrets.Secrets;

namespace RotateSecrets.Rotation;

/// <summary>A version was seen to work.</summary>
/// <param name="Store">Where the store is, as <see cref="Stores.StoreDescription.Location"/> has it: names differ from session to session.</param>
/// <param name="Version">The version.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Evidence">What was checked, in words.</param>
public sealed record Verification(string Store, SecretVersion Version, DateTimeOffset At, string Evidence);
