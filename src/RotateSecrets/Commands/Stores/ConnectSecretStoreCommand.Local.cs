using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <content>The embedded store.</content>
public sealed partial class ConnectSecretStoreCommand
{
    private const string LocalSet = "Local";

    /// <summary>The file of an embedded store. It is made where there is none.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = LocalSet)]
    [ValidateNotNullOrEmpty]
    public string Local { get; set; } = string.Empty;

    /// <summary>The key file of the embedded store. Default: the store's file with .key behind it, made with the store.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ValidateNotNullOrEmpty]
    public string? KeyFile { get; set; }

    /// <summary>The passphrase of the embedded store, in place of a key file.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    [SecretValueTransformation]
    public SecretValue? Passphrase { get; set; }

    /// <summary>Files that declare the services of this machine, which are then found as consumers.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ValidateNotNullOrEmpty]
    public string[] ServicesFile { get; set; } = [];

    private ConnectionRequest LocalRequest() => new(NameOr("local"), FilePath(Local), Session.Time)
    {
        Credential = Passphrase,
        Settings = Settings((nameof(KeyFile), KeyFile is null ? null : [FilePath(KeyFile)]), (nameof(ServicesFile), [.. ServicesFile.Select(FilePath)])),
    };
}
