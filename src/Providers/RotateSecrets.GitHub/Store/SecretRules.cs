using System.Text.RegularExpressions;
using RotateSecrets.GitHub.Addressing;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Store;

/// <summary>What GitHub takes as a secret, so that what it would refuse isn't sent.</summary>
/// <remarks>Source: GitHub's page "Secrets reference", sections "Naming your secrets" and "Limits for secrets".</remarks>
internal static partial class SecretRules
{
    /// <summary>The largest value, in bytes.</summary>
    public const int LargestValue = 48 * 1024;

    private const int LongestName = 255;

    /// <summary>Says what is wrong with a name; null where nothing is.</summary>
    public static Failure? Flaw(SecretPlace place, SecretAddress address) => place.Name switch
    {
        { Length: > LongestName } => Invalid(address, $"the name has {place.Name.Length} characters, and at most {LongestName} are taken"),
        _ when !NamePattern().IsMatch(place.Name) => Invalid(address, "a name has letters, digits and '_' alone, and doesn't begin with a digit"),
        _ when place.Name.StartsWith("GITHUB_", StringComparison.Ordinal) => Invalid(address, "names that begin with GITHUB_ are reserved"),
        _ => null,
    };

    /// <summary>Says what is wrong with a value; null where nothing is.</summary>
    public static Failure? Flaw(SecretValue value, SecretAddress address) => value.Length switch
    {
        0 => new Failure(FailureCode.ValueInvalid, address.ToString(), "An empty value is no secret."),
        > LargestValue => new Failure(FailureCode.ValueInvalid, address.ToString(), $"The value has {value.Length} bytes, and GitHub takes at most {LargestValue}.")
        {
            Remedy = "Keep it in a file that is encrypted with a passphrase, and let the passphrase be the secret.",
        },
        _ => null,
    };

    /// <summary>What is worth knowing about a value.</summary>
    public static IReadOnlyList<string> Findings(SecretValue value) => value.Reveal(static bytes => bytes[^1] is (byte)'\n' or (byte)'\r')
        ? ["The value ends with a line break, which is part of it: whoever compares it byte by byte will see it."]
        : [];

    private static Failure Invalid(SecretAddress address, string why) =>
        new(FailureCode.ValueInvalid, address.ToString(), $"GitHub doesn't take {address}: {why}.") { Remedy = "Choose another name." };

    [GeneratedRegex("^[A-Z_][A-Z0-9_]*$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex NamePattern();
}
