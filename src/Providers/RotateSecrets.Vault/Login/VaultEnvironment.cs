namespace RotateSecrets.Vault.Login;

/// <summary>The environment variables and the file that the vault program reads.</summary>
/// <param name="variable">Answers with an environment variable; null where it isn't set.</param>
/// <param name="home">The folder of the person who runs it.</param>
/// <remarks>Source: the page "Vault CLI usage", section "Environment variables". OpenBao's program reads the same ones, and the same ones with BAO_ first.</remarks>
internal sealed class VaultEnvironment(Func<string, string?> variable, string home)
{
    /// <summary>This process's.</summary>
    public static VaultEnvironment Own { get; } =
        new(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>A local agent or proxy goes before the server itself.</summary>
    public string? Address => Read("AGENT_ADDR") ?? Read("PROXY_ADDR") ?? Read("ADDR");

    public string? Namespace => Read("NAMESPACE");

    public string? CaFile => Read("CACERT");

    public string? CaFolder => Read("CAPATH");

    public string? ClientCertificate => Read("CLIENT_CERT");

    public string? ClientKey => Read("CLIENT_KEY");

    public string? ServerName => Read("TLS_SERVER_NAME");

    public bool SkipVerify => Read("SKIP_VERIFY")?.ToUpperInvariant() is "1" or "T" or "TRUE";

    /// <summary>Seconds, or a number with its unit as in Go: 90s, 2m.</summary>
    public TimeSpan? Timeout => Read("CLIENT_TIMEOUT") is { } text && GoDuration.TryParse(text, out var timeout) && timeout > TimeSpan.Zero ? timeout : null;

    /// <summary>The file in which `vault login` leaves the token.</summary>
    public string TokenFile => Path.Combine(home, ".vault-token");

    public string? Token => Read("TOKEN");

    private string? Read(string name) => NotEmpty(variable("VAULT_" + name)) ?? NotEmpty(variable("BAO_" + name));

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
