using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Versions;

/// <summary>Staging labels and what they mean.</summary>
internal static class VersionLabels
{
    public const string Current = "AWSCURRENT";

    public const string Pending = "AWSPENDING";

    public const string Previous = "AWSPREVIOUS";

    /// <summary>
    /// On the youngest version that this module wrote; the version's id is the rotation's. One fixed label costs nothing: the service itself takes it from the version that had it.
    /// </summary>
    public const string Ours = "RotateSecrets";

    /// <summary>On the current version of a secret that this module has taken away: it gives back what it took, and nothing that somebody else has scheduled for deletion.</summary>
    public const string Retired = "RotateSecretsRetired";

    /// <summary>
    /// The stage of a version with these labels. A version that is current may still be called pending: the service takes that for a finished rotation. A version with nothing but
    /// labels of its owner's is kept for somebody, and so a previous one; one without any is deprecated, and the service deletes it in its own time.
    /// </summary>
    public static SecretStage StageOf(IReadOnlyCollection<string> labels) => labels switch
    {
        _ when labels.Contains(Current, StringComparer.Ordinal) => SecretStage.Current,
        _ when labels.Contains(Previous, StringComparer.Ordinal) => SecretStage.Previous,
        _ when labels.Contains(Pending, StringComparer.Ordinal) => SecretStage.Pending,
        { Count: > 0 } => SecretStage.Previous,
        _ => SecretStage.Revoked,
    };

    /// <summary>The label that a stage goes by; null for the revoked, which have none.</summary>
    public static string? Of(SecretStage stage) => stage switch
    {
        SecretStage.Current => Current,
        SecretStage.Pending => Pending,
        SecretStage.Previous => Previous,
        _ => null,
    };
}
