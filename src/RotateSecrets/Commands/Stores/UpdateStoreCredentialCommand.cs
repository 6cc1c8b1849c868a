using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Has a store change the password with which it logs in to another system by itself. Nobody but the store knows the new one.</summary>
[Cmdlet(VerbsData.Update, "StoreCredential", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RootRotation))]
public sealed class UpdateStoreCredentialCommand : RotationCommand
{
    /// <summary>The store's connection to the system: vault:database/config/orders.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument Address { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TryStore(Address, out var address, out _)
            && TryAbility(address.Store, "credential of its own that it could change", out IRootRotatingStore store)
            && ShouldProcess(address.ToString(), "Change the store's own password, which nobody else will know")
            && TryAwait(cancellation => store.RotateRootAsync(address, cancellation), out var rotated))
        {
            WriteObject(rotated);
        }
    }
}
