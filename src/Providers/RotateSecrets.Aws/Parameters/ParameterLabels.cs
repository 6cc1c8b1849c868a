using Amazon.SimpleSystemsManagement.Model;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Parameters;

/// <summary>The labels of a parameter's versions and what they mean. Parameter Store knows none of its own, and gives each to one version at a time.</summary>
internal static class ParameterLabels
{
    public const string Current = "Current";

    public const string Pending = "Pending";

    public const string Previous = "Previous";

    /// <summary>On an old version whose readers ask for no label, once nobody should have it any more: no version can be deleted alone. The next write takes it away.</summary>
    public const string Revoked = "Revoked";

    // With the token behind it: a label takes 100 letters, digits, '.', '-' and '_'.
    private const string TokenPrefix = "token-";

    public static string OfToken(string id) => TokenPrefix + id;

    /// <summary>The token that a version was written with; null where it has none.</summary>
    public static string? TokenOf(ParameterHistory version) =>
        version.Labels?.Find(static label => label.StartsWith(TokenPrefix, StringComparison.Ordinal))?[TokenPrefix.Length..];

    /// <summary>Whether readers of the parameter ask by label.</summary>
    public static bool IsLabelled(IReadOnlyList<ParameterHistory> history) => history.Any(static version => Has(version, Current));

    public static bool Has(ParameterHistory version, string label) => version.Labels?.Contains(label) == true;

    /// <summary>The stage of a version. Where no version is labelled Current, readers get the youngest, and the one before it is the previous one.</summary>
    public static SecretStage StageOf(ParameterHistory version, IReadOnlyList<ParameterHistory> history)
    {
        if (!IsLabelled(history))
        {
            return (history.Max(static one => one.Version) - version.Version) switch
            {
                0 => SecretStage.Current,
                1 when !Has(version, Revoked) => SecretStage.Previous,
                _ => SecretStage.Revoked,
            };
        }

        return Has(version, Current) ? SecretStage.Current
            : Has(version, Pending) ? SecretStage.Pending
            : Has(version, Previous) ? SecretStage.Previous
            : SecretStage.Revoked;
    }
}
