using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Asks a store what the operator may do there, without doing it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "StoreAccess", DefaultParameterSetName = AddressSet)]
[OutputType(typeof(StoreAccessReport), typeof(bool))]
public sealed class TestStoreAccessCommand : RotationCommand
{
    private const string AddressSet = "Address";
    private const string StoreSet = "Store";

    /// <summary>The secret that is to be rotated.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AddressSet)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument Address { get; set; } = null!;

    /// <summary>The store as a whole, by name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StoreSet)]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Store { get; set; } = string.Empty;

    /// <summary>What is to be done there. Default: all that a rotation does.</summary>
    [Parameter]
    public StoreAccess Access { get; set; } = StoreAccess.Rotate;

    /// <summary>Answers with true or false alone.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SecretAddress? address = null;
        if ((ParameterSetName == AddressSet ? TryStore(Address, out address, out var store) : TryStore(Store, out store))
            && TryAwait(cancellation => store.CheckAccessAsync(address, Access, cancellation), out var report))
        {
            WriteObject(Quiet ? report.Granted : report);
        }
    }
}
