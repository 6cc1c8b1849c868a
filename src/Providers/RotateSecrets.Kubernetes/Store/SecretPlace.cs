using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Kubernetes.Store;

/// <summary>Where an address leads: a key of a Secret of a namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The Secret.</param>
/// <param name="Key">The key; null where the address names none.</param>
internal sealed record SecretPlace(string Namespace, string Name, string? Key)
{
    private const int LongestName = 253;
    private const int LongestNamespace = 63;

    /// <summary>The Secret, as kubectl names it.</summary>
    public string Title => $"{Namespace}/{Name}";

    /// <summary>Reads an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="defaultNamespace">What a remedy suggests.</param>
    public static Outcome<SecretPlace> Of(SecretAddress address, string defaultNamespace)
    {
        var parts = address.Path.Split('/');
        if (parts.Length != 2)
        {
            return new Failure(FailureCode.AddressMalformed, address.ToString(), $"'{address}' names no Secret: its path is namespace/name.")
            {
                Remedy = parts.Length == 1 ? $"Write {address.Store}:{defaultNamespace}/{address.Path}{(address.Field is null ? string.Empty : $"#{address.Field}")}." : null,
            };
        }

        if (!IsName(parts[0], LongestNamespace, dots: false) || !IsName(parts[1], LongestName, dots: true))
        {
            return new Failure(
                FailureCode.AddressMalformed, address.ToString(), $"'{address}' names no Secret: the names of namespaces and Secrets have small letters, digits and '-' (a Secret's '.' too).");
        }

        return address.Field is { } key && (key.Length > LongestName || !key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            ? new Failure(FailureCode.AddressMalformed, address.ToString(), $"'{address}' names no key: a key has letters, digits, '-', '_' and '.', at most {LongestName}.")
            : new SecretPlace(parts[0], parts[1], address.Field);
    }

    private static bool IsName(string name, int longest, bool dots) =>
        name.Length is > 0 && name.Length <= longest && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-' || (dots && c == '.'));
}
