using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Login;

/// <summary>The environment variables and the file that the vault program reads.</summary>
/// <param name="variable">Answers with an environment variable; null where it isn't set.</param>
/// <param name="home">The folder of the person who runs it.</param>
/// <remarks>
/// Sources: the page "Vault CLI usage", section "Environment variables", and <c>ReadEnvironment</c> of the api packages of Vault and OpenBao. OpenBao's program reads the same variables with BAO_ in
/// place of VAULT_, and VAULT_ where there is none. Three don't count: VAULT_WRAP_TTL and VAULT_MFA belong to single commands, and VAULT_SRV_LOOKUP asks for DNS records of a kind that .NET doesn't look up.
/// </remarks>
internal sealed class VaultEnvironment(Func<string, string?> variable, string home)
{
    /// <summary>This process's.</summary>
    public static VaultEnvironment Own { get; } =
        new(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>A local agent goes before the server itself.</summary>
    public string? Address => Read("AGENT_ADDR") ?? Read("ADDR");

    public string? Namespace => Read("NAMESPACE");

    public string? CaFile => Read("CACERT");

    public string? CaText => Read("CACERT_BYTES");

    public string? CaFolder => Read("CAPATH");

    public string? ClientCertificate => Read("CLIENT_CERT");

    public string? ClientKey => Read("CLIENT_KEY");

    public string? ServerName => Read("TLS_SERVER_NAME");

    /// <summary>What the name doesn't say: it is a proxy for HTTP, and not Vault's.</summary>
    public string? Proxy => Read("PROXY_ADDR") ?? Read("HTTP_PROXY");

    public bool SkipVerify => Read("SKIP_VERIFY") is { } text && Truth(text) == true;

    /// <summary>Seconds, or a number with its unit as in Go: 90s, 2m.</summary>
    public TimeSpan? Timeout => Read("CLIENT_TIMEOUT") is { } text ? Duration(text) : null;

    /// <summary>How often a request is sent again; 0 for not at all.</summary>
    public int? Retries => Read("MAX_RETRIES") is { } text ? Count(text) : null;

    /// <summary>Whether a node that sends requests on to the active one is not followed.</summary>
    public bool DisablesRedirects => Read("DISABLE_REDIRECTS") is { } text && Truth(text) == true;

    /// <summary>How many requests a second are sent at most, and how many at once after a pause.</summary>
    public RequestRate? Rate => Read("RATE_LIMIT") is { } text ? RequestRate.Read(text) : null;

    /// <summary>What goes with every request besides, as a proxy before the server may demand it: a JSON object of texts.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => Read("HEADERS") is { } text ? ExtraHeaders.Read(text) ?? [] : [];

    /// <summary>The file in which `vault login` leaves the token.</summary>
    public string TokenFile => NotEmpty(variable("BAO_TOKEN_PATH")) ?? Path.Combine(home, ".vault-token");

    public string? Token => Read("TOKEN");

    /// <summary>Says which variable can't be read, as the vault program does; null where all can.</summary>
    public Failure? Flaw() =>
        Unread("SKIP_VERIFY", static text => Truth(text) is not null, "true or false")
        ?? Unread("CLIENT_TIMEOUT", static text => Duration(text) is not null, "a time like 90s or 2m, or a number of seconds")
        ?? Unread("MAX_RETRIES", static text => Count(text) is not null, "a number, 0 for none")
        ?? Unread("DISABLE_REDIRECTS", static text => Truth(text) is not null, "true or false")
        ?? Unread("RATE_LIMIT", static text => RequestRate.Read(text) is not null, "a number of requests a second like 50, or with a burst 50:100")
        ?? Unread("HEADERS", static text => ExtraHeaders.Read(text) is not null, "a JSON object of texts like {\"X-Team\": \"payments\"}, none of which begins with X-Vault-")
        ?? Unread("PROXY_ADDR", IsProxy, "an address like http://proxy:3128")
        ?? Unread("HTTP_PROXY", IsProxy, "an address like http://proxy:3128");

    // As strconv.ParseBool takes it.
    private static bool? Truth(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    private static TimeSpan? Duration(string text) => GoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero ? duration : null;

    private static int? Count(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? Math.Max(0, count) : null;

    private static bool IsProxy(string text) => Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5";

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private Failure? Unread(string name, Func<string, bool> isReadable, string wanted) => Find(name) is var (set, text) && !isReadable(text)
        ? new Failure(FailureCode.ValueInvalid, set, $"The environment variable {set} can't be read: it should be {wanted}.")
        : null;

    private string? Read(string name) => Find(name)?.Text;

    private (string Name, string Text)? Find(string name)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["BAO_", "VAULT_"])
        {
            if (NotEmpty(variable(prefix + name)) is { } text)
            {
                return (prefix + name, text);
            }
        }

        return null;
    }
}
