using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Login;

/// <summary>The settings of a connection, by the names that <c>Connect-SecretStore -Kind Vault -Setting</c> takes.</summary>
/// <param name="request">The demand to connect.</param>
/// <param name="environment">What stands in for a setting that isn't given.</param>
internal sealed class VaultSettings(ConnectionRequest request, VaultEnvironment environment)
{
    private const string UnixScheme = "unix://";

    private static readonly string[] Known =
    [
        "Auth", "AuthMount", "RoleId", "Role", "JwtFile", "Namespace", "CaFile", "CaFolder", "ClientCertificate", "ClientKey", "ServerName", "SkipCertificateCheck", "AuditFile", "AuditSocket",
        "AgentConfig", "ObservedWithin",
    ];

    /// <summary>Token, AppRole, Jwt, Kubernetes or Certificate. Default: Token.</summary>
    public string Auth => One("Auth") ?? "Token";

    /// <summary>Where the method is mounted. Default: where it is by default.</summary>
    public string? AuthMount => One("AuthMount")?.Trim('/');

    public string? RoleId => One("RoleId");

    public string? Role => One("Role");

    public string? JwtFile => One("JwtFile");

    public string? Namespace => (One("Namespace") ?? environment.Namespace)?.Trim('/');

    public string? ClientCertificate => One("ClientCertificate") ?? environment.ClientCertificate;

    /// <summary>Which certificates count: of the authorities, what is said here goes before all that the environment says.</summary>
    public TrustSettings Trust => new()
    {
        CaFile = One("CaFile") ?? (One("CaFolder") is null ? environment.CaFile : null),
        CaText = One("CaFile") is null && One("CaFolder") is null ? environment.CaText : null,
        CaFolder = One("CaFolder") ?? (One("CaFile") is null ? environment.CaFolder : null),
        Certificate = ClientCertificate,
        Key = One("ClientKey") ?? (One("ClientCertificate") is null ? environment.ClientKey : null),
        ServerName = One("ServerName") ?? environment.ServerName,
        SkipsCheck = One("SkipCertificateCheck") is { } text ? bool.TryParse(text, out var skip) && skip : environment.SkipVerify,
    };

    /// <summary>How requests travel.</summary>
    public TransportSettings Transport
    {
        get
        {
            var standard = new TransportSettings();
            return new TransportSettings
            {
                Timeout = environment.Timeout ?? standard.Timeout,
                Retries = environment.Retries ?? standard.Retries,
                Socket = Place.StartsWith(UnixScheme, StringComparison.Ordinal) ? Place[UnixScheme.Length..] : null,
                FollowsRedirects = !environment.DisablesRedirects,
                Rate = environment.Rate,
                Headers = environment.Headers,
                Proxy = environment.Proxy is { } proxy ? new Uri(proxy) : null,
            };
        }
    }

    /// <summary>The files of the server's file audit device, with those that were rotated away.</summary>
    public IReadOnlyList<string> AuditFiles => request.Settings.TryGetValue("AuditFile", out var files) ? files : [];

    /// <summary>Where to listen for the server's socket audit device; null for nowhere.</summary>
    public string? AuditSocket => One("AuditSocket");

    /// <summary>Configuration files of agents on this machine, or folders of such files.</summary>
    public IReadOnlyList<string> AgentConfigs => request.Settings.TryGetValue("AgentConfig", out var files) ? files : [];

    /// <summary>For how long who reads a secret counts as a consumer of it; null for not at all.</summary>
    public TimeSpan? ObservedWithin => One("ObservedWithin") is { } text && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var within) ? within : null;

    /// <summary>Says what is wrong with the settings; null where nothing is.</summary>
    public Failure? Flaw() => request.Settings.Keys.FirstOrDefault(static name => !Known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown
        ? new Failure(FailureCode.ValueInvalid, unknown, $"The Vault provider has no setting '{unknown}'.") { Remedy = $"It has {string.Join(", ", Known)}." }
        : environment.Flaw();

    /// <summary>The server's address.</summary>
    public Outcome<Uri> Address()
    {
        // What is said over a socket is HTTP, to whoever listens there.
        var text = Place.StartsWith(UnixScheme + "/", StringComparison.Ordinal) ? "http://localhost" : Place;
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0
            ? address.AbsolutePath.EndsWith("/v1/", StringComparison.Ordinal)
                ? new Failure(FailureCode.ValueInvalid, "address", "The server's address ends in /v1, which belongs to the paths behind it.") { Remedy = "Leave it out." }
                : address
            : new Failure(FailureCode.ValueInvalid, "address", "The server's address is none: it should be like https://vault.example.org:8200, without credentials.");
    }

    private string Place => request.Location.Length > 0 ? request.Location : environment.Address ?? "https://127.0.0.1:8200";

    private string? One(string name) =>
        request.Settings.TryGetValue(name, out var texts) && texts is [.., var last] && last.Length > 0 ? last : null;
}
