using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Rotation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Destroys a version's value, once what replaces it was verified and no consumer depends on it.</summary>
[Cmdlet(VerbsSecurity.Revoke, "Secret", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SecretVersion))]
public sealed class RevokeSecretCommand : RotationCommand
{
    /// <summary>The secret.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument Address { get; set; } = null!;

    /// <summary>The id of the version.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    public string Version { get; set; } = string.Empty;

    /// <summary>Revokes a version that consumers may still depend on, or whose successor was not verified. Never the current one.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryStore(Address, out var address, out var store) || !TryAwait(Session.JournalAsync, out var journal))
        {
            return;
        }

        var guard = new RevocationGuard(store, journal, Session.Consumers);
        if (TryAwait(cancellation => guard.CheckAsync(address, Version, Force, null, cancellation), out var version)
            && ShouldProcess($"{version} of {version.CreatedAt:u}", "Revoke: destroy its value for good")
            && TryAwait(cancellation => store.RevokeAsync(address, Version, cancellation), out var revoked))
        {
            WriteObject(revoked);
        }
    }
}
