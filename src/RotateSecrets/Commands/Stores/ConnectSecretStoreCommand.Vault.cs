using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <content>HashiCorp Vault and OpenBao.</content>
public sealed partial class ConnectSecretStoreCommand
{
    private const string VaultSet = "Vault";
    private const string VaultAppRoleSet = "VaultAppRole";
    private const string VaultJwtSet = "VaultJwt";
    private const string VaultKubernetesSet = "VaultKubernetes";
    private const string VaultCertificateSet = "VaultCertificate";

    /// <summary>The address of a Vault or OpenBao server. Empty: VAULT_ADDR, and where that isn't set https://127.0.0.1:8200.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultSet)]
    [Parameter(Mandatory = true, ParameterSetName = VaultAppRoleSet)]
    [Parameter(Mandatory = true, ParameterSetName = VaultJwtSet)]
    [Parameter(Mandatory = true, ParameterSetName = VaultKubernetesSet)]
    [Parameter(Mandatory = true, ParameterSetName = VaultCertificateSet)]
    [AllowEmptyString]
    public string Vault { get; set; } = string.Empty;

    /// <summary>
    /// The token. Default for Vault: VAULT_TOKEN, and where that isn't set what `vault login` left in ~/.vault-token. Default for GitHub: GH_TOKEN, GITHUB_TOKEN, and where neither is set what `gh auth token` says.
    /// </summary>
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = GitHubSet)]
    [SecretValueTransformation]
    public SecretValue? Token { get; set; }

    /// <summary>The role id of an AppRole to log in as.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultAppRoleSet)]
    [ValidateNotNullOrEmpty]
    public string? RoleId { get; set; }

    /// <summary>The AppRole's secret id, where the role wants one.</summary>
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [SecretValueTransformation]
    public SecretValue? SecretId { get; set; }

    /// <summary>A JWT to log in with.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultJwtSet)]
    [SecretValueTransformation]
    public SecretValue? Jwt { get; set; }

    /// <summary>The role of the JWT or certificate method to log in as.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? Role { get; set; }

    /// <summary>The role of the Kubernetes method to log in as, with this pod's service account.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultKubernetesSet)]
    [ValidateNotNullOrEmpty]
    public string? KubernetesRole { get; set; }

    /// <summary>The file with the service account's JWT. Default: where Kubernetes puts it.</summary>
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [ValidateNotNullOrEmpty]
    public string? JwtFile { get; set; }

    /// <summary>A PEM file with the client certificate to log in with. Default elsewhere: VAULT_CLIENT_CERT is shown, where it is set.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? ClientCertificate { get; set; }

    /// <summary>A PEM file with that certificate's key. Default: the certificate's own file.</summary>
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? ClientKey { get; set; }

    /// <summary>Where the method to log in with is mounted. Default: approle, jwt, kubernetes or cert.</summary>
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? AuthMount { get; set; }

    /// <summary>Of Vault, the namespace; default: VAULT_NAMESPACE, and where that isn't set the root. Of Kubernetes, the one in which consumers are looked for; default: all.</summary>
    [Parameter(ParameterSetName = KubernetesSet)]
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>A PEM file of the authorities that may have issued the server's certificate. Default: VAULT_CACERT, VAULT_CAPATH, and where neither is set the system's.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? CaFile { get; set; }

    /// <summary>The name that the server's certificate has, where the address has another. Default: VAULT_TLS_SERVER_NAME.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? ServerName { get; set; }

    /// <summary>Files of the server's file audit device that can be read here, with wildcards, rotated and gzipped ones too: what reads the old version is then known.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] AuditFile { get; set; } = [];

    /// <summary>Where to listen for the server's socket audit device: tcp://127.0.0.1:9090, udp://127.0.0.1:9090 or unix:///run/vault-audit.sock.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? AuditSocket { get; set; }

    /// <summary>Configuration files of Vault's agents on this machine, or folders of such files: what they render is then found as a consumer.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [ValidateNotNullOrEmpty]
    public string[] AgentConfig { get; set; } = [];

    /// <summary>For how long whoever was given a secret counts as a consumer of it, by the audit log: seconds or a TimeSpan. Default: not at all.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = VaultAppRoleSet)]
    [Parameter(ParameterSetName = VaultJwtSet)]
    [Parameter(ParameterSetName = VaultKubernetesSet)]
    [Parameter(ParameterSetName = VaultCertificateSet)]
    [Parameter(ParameterSetName = GitHubSet)]
    [Parameter(ParameterSetName = GitHubAppSet)]
    [DurationTransformation]
    public TimeSpan? ObservedWithin { get; set; }

    private ConnectionRequest VaultRequest() => new(NameOr("vault"), Vault, Session.Time)
    {
        Credential = Token ?? SecretId ?? Jwt,
        Settings = Settings(
            ("Auth", [ParameterSetName == VaultSet ? nameof(Token) : ParameterSetName[VaultSet.Length..]]),
            (nameof(AuthMount), AuthMount is null ? null : [AuthMount]),
            (nameof(RoleId), RoleId is null ? null : [RoleId]),
            (nameof(Role), (Role ?? KubernetesRole) is { } role ? [role] : null),
            (nameof(JwtFile), JwtFile is null ? null : [FilePath(JwtFile)]),
            (nameof(Namespace), Namespace is null ? null : [Namespace]),
            (nameof(CaFile), CaFile is null ? null : [FilePath(CaFile)]),
            (nameof(ClientCertificate), ClientCertificate is null ? null : [FilePath(ClientCertificate)]),
            (nameof(ClientKey), ClientKey is null ? null : [FilePath(ClientKey)]),
            (nameof(ServerName), ServerName is null ? null : [ServerName]),
            (nameof(AuditFile), [.. AuditFile.Select(FilePath)]),
            (nameof(AuditSocket), One(AuditSocket)),
            (nameof(AgentConfig), [.. AgentConfig.Select(FilePath)]),
            (nameof(ObservedWithin), One(ObservedWithin?.ToString("c")))),
    };
}
