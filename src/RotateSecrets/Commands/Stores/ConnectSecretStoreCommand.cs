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
public sealed class ConnectSecretStoreCommand : RotationCommand
{
    private const string LocalSet = "Local";
    private const string KindSet = "Kind";

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

    /// <summary>The secret with which to connect to that provider's system.</summary>
    [Parameter(ParameterSetName = KindSet)]
    [SecretValueTransformation]
    public SecretValue? Credential { get; set; }

    /// <summary>The name that addresses use. Default: the provider's kind, in lower case.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9._-]+$")]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var kind = ParameterSetName == LocalSet ? "Local" : Kind;
        var credential = ParameterSetName == LocalSet ? Passphrase : Credential;
        var isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Passphrase)) || MyInvocation.BoundParameters.ContainsKey(nameof(Credential));
        if (isGiven && !IsUsable(credential))
        {
            return;
        }

        var request = new ConnectionRequest(
            Name ?? kind.ToLowerInvariant(), ParameterSetName == LocalSet ? FilePath(Local) : Location, Session.Time)
        {
            Credential = credential,
            Settings = ParameterSetName == LocalSet ? LocalSettings() : Settings(),
        };
        if (TryAwait(cancellation => Session.ConnectAsync(kind, request, cancellation), out var store))
        {
            WriteObject(store);
        }
    }

    private Dictionary<string, IReadOnlyList<string>> LocalSettings()
    {
        var settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        if (KeyFile is not null)
        {
            settings[nameof(KeyFile)] = [FilePath(KeyFile)];
        }

        if (ServicesFile.Length > 0)
        {
            settings[nameof(ServicesFile)] = [.. ServicesFile.Select(FilePath)];
        }

        return settings;
    }

    private Dictionary<string, IReadOnlyList<string>> Settings() => Setting.Keys.Cast<object>().ToDictionary(
        static key => LanguagePrimitives.ConvertTo<string>(key),
        IReadOnlyList<string> (key) => LanguagePrimitives.ConvertTo<string[]>(Setting[key]),
        StringComparer.OrdinalIgnoreCase);
}
