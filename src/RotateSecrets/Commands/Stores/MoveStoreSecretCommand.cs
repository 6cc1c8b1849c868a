using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Makes a pending version the current one, or puts a previous one back. What was current becomes previous.</summary>
[Cmdlet(VerbsCommon.Move, "StoreSecret", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SecretVersion))]
public sealed class MoveStoreSecretCommand : RotationCommand
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

    /// <summary>Where it is to go. Only Current can be said: what a version leaves, it leaves by another's becoming current, or by Revoke-Secret.</summary>
    [Parameter]
    [ValidateSet(nameof(SecretStage.Current))]
    public SecretStage Stage { get; set; } = SecretStage.Current;

    /// <summary>The id that the current version must have. Default: moved in any case.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExpectedVersion { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TryStore(Address, out var address, out var store)
            && ShouldProcess(address.ToString(), $"Make version {Version} the current one")
            && TryAwait(cancellation => store.PromoteAsync(address, Version, ExpectedVersion, cancellation), out var version))
        {
            WriteObject(version);
        }
    }
}
