using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Writes a new version of a secret.</summary>
[Cmdlet(VerbsCommon.Set, "StoreSecret", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SecretVersion))]
public sealed class SetStoreSecretCommand : RotationCommand
{
    /// <summary>The secret.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument Address { get; set; } = null!;

    /// <summary>Its new value.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    [SecretValueTransformation]
    public SecretValue? Value { get; set; }

    /// <summary>Pending for a candidate, Current for what clients use from now on. Default: Current.</summary>
    [Parameter]
    [ValidateSet(nameof(SecretStage.Pending), nameof(SecretStage.Current))]
    public SecretStage Stage { get; set; } = SecretStage.Current;

    /// <summary>The id that the current version must have, or 0 where there must be none. Default: written in any case.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExpectedVersion { get; set; }

    /// <summary>The idempotency token: written again with the same one, it is the same version. Default: a new one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Token { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TryStore(Address, out var address, out var store)
            && IsUsable(Value)
            && ShouldProcess(address.ToString(), $"Write a new version as {Stage}"))
        {
            var request = new PutRequest(address, Value!, Stage, Token ?? Guid.NewGuid().ToString("N"))
            {
                ExpectedVersion = ExpectedVersion,
            };
            if (TryAwait(cancellation => store.PutAsync(request, cancellation), out var version))
            {
                foreach (var finding in version.Findings)
                {
                    WriteWarning(finding);
                }

                WriteObject(version);
            }
        }
    }
}
