using System.Globalization;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;

namespace RotateSecrets.GitHub.Login;

/// <summary>The settings of a connection, by the names that <c>Connect-SecretStore -Kind GitHub -Setting</c> takes.</summary>
/// <param name="request">The demand to connect.</param>
internal sealed class GitHubSettings(ConnectionRequest request)
{
    private static readonly string[] Known = ["AppId", "InstallationId", "Owner", "ObservedWithin"];

    /// <summary>The id, or the client id, of a GitHub App; null to connect with a token. Its private key is then the credential.</summary>
    public string? AppId => One("AppId");

    /// <summary>The owner whose repositories are searched where no secret is named; null for none.</summary>
    public string? Owner => One("Owner");

    /// <summary>For how long a workflow that was given a secret counts as a consumer of it, by the audit log; null where the log isn't asked.</summary>
    public TimeSpan? ObservedWithin => One("ObservedWithin") is { } text && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var within) ? within : null;

    /// <summary>The id of the app's installation.</summary>
    public Outcome<long> InstallationId() => long.TryParse(One("InstallationId"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
        ? id
        : new Failure(FailureCode.ValueInvalid, "InstallationId", "An app connects by one of its installations, and none is named.")
        {
            Remedy = "Give InstallationId: the number at the end of the address of the installation's settings.",
        };

    /// <summary>Says what is wrong with the settings; null where nothing is.</summary>
    public Failure? Flaw() => request.Settings.Keys.FirstOrDefault(static name => !Known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown
        ? new Failure(FailureCode.ValueInvalid, unknown, $"The GitHub provider has no setting '{unknown}'.") { Remedy = $"It has {string.Join(", ", Known)}." }
        : null;

    /// <summary>Where the API is, and the server as people know it: for github.com, for a subdomain of ghe.com, and for GitHub Enterprise Server.</summary>
    public Outcome<(Uri Api, string Host)> Address()
    {
        var text = request.Location.Length > 0 ? request.Location : "https://api.github.com";
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var given)
            || given.Scheme is not ("http" or "https") || given.UserInfo.Length > 0 || given.Query.Length > 0 || given.Fragment.Length > 0)
        {
            return new Failure(FailureCode.ValueInvalid, "address", "The server's address is none: it should be like https://github.example.org, without credentials.");
        }

        if (given.Scheme == "http" && !given.IsLoopback)
        {
            return new Failure(FailureCode.ValueInvalid, "address", "The server's address begins with http: the token would be sent in the open.") { Remedy = "Write https." };
        }

        var host = given.IsDefaultPort ? given.Host : given.Authority;
        return given switch
        {
            { Host: "github.com" or "www.github.com" or "api.github.com" } => (new Uri("https://api.github.com/"), "github.com"),
            _ when given.Host.EndsWith(".ghe.com", StringComparison.OrdinalIgnoreCase) && given.AbsolutePath == "/" =>
                given.Host.StartsWith("api.", StringComparison.OrdinalIgnoreCase) ? (given, given.Host["api.".Length..]) : (new Uri($"{given.Scheme}://api.{given.Authority}/"), given.Host),
            { AbsolutePath: "/" } => (new Uri(given, "api/v3/"), host),
            _ => (given, host),
        };
    }

    private string? One(string name) =>
        request.Settings.TryGetValue(name, out var texts) && texts is [.., var last] && last.Length > 0 ? last : null;
}
