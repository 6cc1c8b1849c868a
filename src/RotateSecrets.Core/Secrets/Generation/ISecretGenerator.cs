namespace RotateSecrets.Secrets.Generation;

/// <summary>Makes values of one kind from the system's secure random numbers.</summary>
public interface ISecretGenerator
{
    /// <summary>Bits of entropy of every value; for a key pair, bits of strength.</summary>
    double EntropyBits { get; }

    /// <summary>Makes a value. It is the caller's to dispose of.</summary>
    SecretValue Generate();
}
