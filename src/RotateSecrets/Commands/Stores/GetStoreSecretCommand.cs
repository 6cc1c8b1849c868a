using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Shows the versions of a secret: stage, age and fingerprint; the value only with -Reveal.</summary>
[Cmdlet(VerbsCommon.Get, "StoreSecret", DefaultParameterSetName = AddressSet)]
[OutputType(typeof(SecretVersion))]
public sealed class GetStoreSecretCommand : RotationCommand
{
    private const string AddressSet = "Address";
    private const string StoreSet = "Store";

    /// <summary>The secrets.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AddressSet)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument Address { get; set; } = null!;

    /// <summary>Only the version with this id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = AddressSet)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>Only the versions in this stage.</summary>
    [Parameter(ParameterSetName = AddressSet)]
    public SecretStage? Stage { get; set; }

    /// <summary>Reads the value too, as a SecretValue. The store's audit log shows it. Without -Version or -Stage: the current version's.</summary>
    [Parameter(ParameterSetName = AddressSet)]
    public SwitchParameter Reveal { get; set; }

    /// <summary>All secrets of this store: of each its current version.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StoreSet)]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Store { get; set; } = string.Empty;

    /// <summary>Only the secrets whose path begins like this. Default: all.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public string Prefix { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == StoreSet)
        {
            if (TryStore(Store, out var whole))
            {
                DrainOutcomes(whole.ListAsync(Prefix, Cancellation), WriteObject);
            }
        }
        else if (TryStore(Address, out var address, out var store))
        {
            if (Reveal)
            {
                ReadValue(store, address);
            }
            else
            {
                List(store, address);
            }
        }
    }

    private void ReadValue(ISecretStore store, SecretAddress address)
    {
        var selector = Version is null ? VersionSelector.OfStage(Stage ?? SecretStage.Current) : VersionSelector.OfId(Version);
        if (TryAwait(cancellation => store.ReadAsync(address, selector, cancellation), out var version))
        {
            Mask(version.Value!);
            WriteObject(version);
        }
    }

    private void List(ISecretStore store, SecretAddress address)
    {
        var any = false;
        var isThere = false;
        DrainOutcomes(store.ListVersionsAsync(address, Cancellation), version =>
        {
            isThere = true;
            if ((Version is null || Version == version.Id) && (Stage is null || Stage == version.Stage))
            {
                any = true;
                WriteObject(version);
            }
        });
        if (isThere && !any && Version is not null)
        {
            WriteFailure(new Failure(FailureCode.VersionNotFound, address.ToString(), $"{address} has no version {Version}."));
        }
    }
}
