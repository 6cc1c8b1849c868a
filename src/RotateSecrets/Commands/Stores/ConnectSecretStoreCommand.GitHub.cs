using System.Globalization;
using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <content>GitHub.</content>
public sealed partial class ConnectSecretStoreCommand
{
    private const string GitHubSet = "GitHub";
    private const string GitHubAppSet = "GitHubApp";

    /// <summary>Connects GitHub.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GitHubSet)]
    [Parameter(Mandatory = true, ParameterSetName = GitHubAppSet)]
    public SwitchParameter GitHub { get; set; }

    /// <summary>The address of a GitHub Enterprise server, or of a subdomain of ghe.com. Default: github.com.</summary>
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = GitHubAppSet)]
    public Uri? BaseUri { get; set; }

    /// <summary>The organisation, or the user, whose workflows are searched where Get-Consumer names no secret.</summary>
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = GitHubAppSet)]
    [ValidatePattern("^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    public string? Owner { get; set; }

    /// <summary>The id, or the client id, of a GitHub App to connect as.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GitHubAppSet)]
    [ValidatePattern("^[A-Za-z0-9._-]+$")]
    public string? AppId { get; set; }

    /// <summary>The id of the app's installation.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GitHubAppSet)]
    [ValidateRange(1, long.MaxValue)]
    public long InstallationId { get; set; }

    /// <summary>The app's private key: the PEM that GitHub made.</summary>
    [Parameter(ParameterSetName = GitHubAppSet)]
    [SecretValueTransformation]
    public SecretValue? PrivateKey { get; set; }

    /// <summary>The file with the app's private key, in place of the key itself.</summary>
    [Parameter(ParameterSetName = GitHubAppSet)]
    [ValidateNotNullOrEmpty]
    public string? PrivateKeyFile { get; set; }

    private ConnectionRequest GitHubRequest() => new(NameOr("github"), BaseUri?.OriginalString ?? string.Empty, Session.Time)
    {
        Credential = ParameterSetName == GitHubSet ? Token : PrivateKey ?? KeyOf(PrivateKeyFile),
        Settings = Settings(
            (nameof(Owner), One(Owner)),
            (nameof(AppId), One(AppId)),
            (nameof(ObservedWithin), One(ObservedWithin?.ToString("c"))),
            (nameof(InstallationId), ParameterSetName == GitHubAppSet ? [InstallationId.ToString(CultureInfo.InvariantCulture)] : null)),
    };

    private SecretValue? KeyOf(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            return SecretValue.Take(File.ReadAllBytes(FilePath(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ThrowFailure(new Failure(FailureCode.FileNotFound, file, $"The private key can't be read: there is no file {file}, or it isn't yours to read."));
            return null;
        }
    }
}
