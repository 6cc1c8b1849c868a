using RotateSecrets.Outcomes;

namespace RotateSecrets.Secrets;

/// <summary>Where a secret lives: <c>store:path#field</c>.</summary>
/// <remarks>
/// The store is the name that Connect-SecretStore gave: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, not told apart by case.
/// The path is the store's own name for the secret, and reaches to the first <c>#</c>. The field, which may be left out, is one key
/// inside a value that holds several. Neither may hold control characters, nor begin or end with white space.
/// </remarks>
public sealed record SecretAddress
{
    private const int LongestPath = 2048;

    private SecretAddress(string store, string path, string? field)
    {
        Store = store;
        Path = path;
        Field = field;
    }

    /// <summary>The name of the connected store.</summary>
    public string Store { get; }

    /// <summary>The store's own name for the secret.</summary>
    public string Path { get; }

    /// <summary>The key inside a value that holds several, or null.</summary>
    public string? Field { get; }

    /// <summary>Reads an address.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text is no address; the message says where and why.</exception>
    public static SecretAddress Parse(string text) =>
        TryParse(text).Succeeded(out var address, out var failure) ? address : throw new FormatException(failure.ToString());

    /// <summary>Reads an address.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The address, or <see cref="FailureCode.AddressMalformed"/> with the position, counted from 1, and the cause.</returns>
    public static Outcome<SecretAddress> TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Malformed(1, "it is empty");
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var store = colon < 0 ? text : text[..colon];
        if (FirstNot(store, IsStoreCharacter) is { } stray)
        {
            return Malformed(stray + 1, $"a store's name has letters, digits, '-', '_' and '.', and this is {Describe(text[stray])}");
        }

        if (colon < 0)
        {
            return Malformed(text.Length + 1, "there is no ':' between the store and the path");
        }

        if (colon == 0)
        {
            return Malformed(1, "there is no store before the ':'");
        }

        var hash = text.IndexOf('#', colon);
        var path = hash < 0 ? text[(colon + 1)..] : text[(colon + 1)..hash];
        if (Flaw(path, LongestPath) is var (at, why))
        {
            return Malformed(colon + 2 + at, $"the path {why}");
        }

        var field = hash < 0 ? null : text[(hash + 1)..];
        return field is not null && Flaw(field, LongestPath) is var (offset, cause)
            ? Malformed(hash + 2 + offset, $"the field {cause}")
            : new SecretAddress(store, path, field);
    }

    /// <summary>Puts an address together.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="path">The store's own name for the secret.</param>
    /// <param name="field">The key inside it, or null.</param>
    public static Outcome<SecretAddress> TryCreate(string store, string path, string? field = null) =>
        TryParse(field is null ? $"{store}:{path}" : $"{store}:{path}#{field}");

    /// <inheritdoc/>
    public bool Equals(SecretAddress? other) =>
        other is not null
        && StringComparer.OrdinalIgnoreCase.Equals(Store, other.Store)
        && StringComparer.Ordinal.Equals(Path, other.Path)
        && StringComparer.Ordinal.Equals(Field, other.Field);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(Store), Path, Field);

    /// <summary>The address as one types it.</summary>
    public override string ToString() => Field is null ? $"{Store}:{Path}" : $"{Store}:{Path}#{Field}";

    private static (int At, string Why)? Flaw(string part, int longest)
    {
        if (part.Length == 0)
        {
            return (0, "is empty");
        }

        if (part.Length > longest)
        {
            return (longest, $"is longer than {longest} characters");
        }

        if (FirstNot(part, static c => !char.IsControl(c)) is { } control)
        {
            return (control, $"holds {Describe(part[control])}");
        }

        if (char.IsWhiteSpace(part[0]))
        {
            return (0, "begins with white space");
        }

        return char.IsWhiteSpace(part[^1]) ? (part.Length - 1, "ends with white space") : null;
    }

    private static bool IsStoreCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

    private static int? FirstNot(string text, Func<char, bool> allowed)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!allowed(text[i]))
            {
                return i;
            }
        }

        return null;
    }

    private static string Describe(char c) =>
        char.IsControl(c) || char.IsSurrogate(c) || char.IsWhiteSpace(c) ? FormattableString.Invariant($"U+{(int)c:X4}") : $"'{c}'";

    // The text itself is left out: what was mistyped here may be a secret.
    private static Failure Malformed(int position, string why) =>
        new(FailureCode.AddressMalformed, "address", $"This is no secret address: at character {position}, {why}.")
        {
            Remedy = "Write store:path or store:path#field, for example local:PROXY_JWT_SECRET or vault:secret/proxy/jwt#value.",
        };
}
