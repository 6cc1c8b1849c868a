using System.Collections;
using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Connects a secret store under a name that addresses then use.</summary>
[Cmdlet(VerbsCommunications.Connect, "SecretStore", DefaultParameterSetName = LocalSet)]
[OutputType(typeof(StoreDescription))]
public sealed partial class ConnectSecretStoreCommand : RotationCommand
{
    private const string KindSet = "Kind";

    /// <summary>The kind of a provider that somebody else made.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KindSet)]
    [ValidateNotNullOrEmpty]
    public string Kind { get; set; } = string.Empty;

    /// <summary>Where that provider's system is.</summary>
    [Parameter(ParameterSetName = KindSet)]
    public string Location { get; set; } = string.Empty;

    /// <summary>What else that provider is to know.</summary>
    [Parameter(ParameterSetName = KindSet)]
    public IDictionary Setting { get; set; } = new Hashtable();

    /// <summary>The secret with which to connect to that provider's system. For AWS a PSCredential: an access key's id, and its secret as the password.</summary>
    [Parameter(ParameterSetName = KindSet)]
    [Parameter(ParameterSetName = AwsSet)]
    [SecretValueTransformation]
    public SecretValue? Credential { get; set; }

    /// <summary>The name that addresses use. Default: the provider's kind, in lower case.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9._-]+$")]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var (kind, request) = ParameterSetName switch
        {
            LocalSet => ("Local", LocalRequest()),
            AwsSet => ("Aws", AwsRequest()),
            KubernetesSet => ("Kubernetes", KubernetesRequest()),
            GitHubSet or GitHubAppSet => ("GitHub", GitHubRequest()),
            VaultSet or VaultAppRoleSet or VaultJwtSet or VaultKubernetesSet or VaultCertificateSet => ("Vault", VaultRequest()),
            _ => (Kind, KindRequest()),
        };
        if (IsUsable(request) && TryAwait(cancellation => Session.ConnectAsync(kind, request, cancellation), out var store))
        {
            WriteObject(store);
        }
    }

    private string NameOr(string otherwise) => Name ?? otherwise;

    private ConnectionRequest KindRequest() => new(NameOr(Kind.ToLowerInvariant()), Location, Session.Time)
    {
        Credential = Credential,
        Settings = Setting.Keys.Cast<object>().ToDictionary(
            static key => LanguagePrimitives.ConvertTo<string>(key),
            IReadOnlyList<string> (key) => LanguagePrimitives.ConvertTo<string[]>(Setting[key]),
            StringComparer.OrdinalIgnoreCase),
    };

    // A secret that was given but can't be one must not look as if none had been given.
    private bool IsUsable(ConnectionRequest request) =>
        (!MyInvocation.BoundParameters.Keys.Any(static name => name is nameof(Passphrase) or nameof(Credential) or nameof(Token) or nameof(SecretId) or nameof(Jwt) or nameof(PrivateKey)) || IsUsable(request.Credential))
        && (!MyInvocation.BoundParameters.ContainsKey(nameof(SessionToken)) || IsUsable(SessionToken));

    private static Dictionary<string, IReadOnlyList<string>> Settings(params ReadOnlySpan<(string Name, IReadOnlyList<string>? Texts)> settings)
    {
        var given = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, texts) in settings)
        {
            if (texts is { Count: > 0 })
            {
                given[name] = texts;
            }
        }

        return given;
    }
}
