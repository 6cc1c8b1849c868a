namespace RotateSecrets.Rotation.Plans;

/// <summary>How a new value is made: a format, and what that format asks for.</summary>
/// <param name="Format">Hex, Base64, Base64Url, Password, Passphrase ...</param>
/// <param name="Options">The format's options, by name.</param>
public sealed record ValueRecipe(string Format, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>32 random bytes in hex, as <c>openssl rand -hex 32</c> makes them.</summary>
    public static ValueRecipe Default { get; } = new("Hex", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase));

    /// <summary>The format.</summary>
    public override string ToString() => Format;
}
