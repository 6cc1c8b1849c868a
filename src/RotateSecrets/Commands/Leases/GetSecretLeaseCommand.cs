using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Shows the credentials that a store has issued and will take back: with their age, and the time that they have left.</summary>
[Cmdlet(VerbsCommon.Get, "SecretLease")]
[OutputType(typeof(SecretLease))]
public sealed class GetSecretLeaseCommand : RotationCommand
{
    /// <summary>The name of the store.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Store { get; set; } = string.Empty;

    /// <summary>How the ids of the leases begin, part by part: database/creds/app for those of one role. Default: all.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string Prefix { get; set; } = string.Empty;

    /// <summary>Only the leases that the store gave up revoking.</summary>
    [Parameter]
    public SwitchParameter Irrevocable { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TryAbility(Store, "leases", out ILeaseStore leases))
        {
            DrainOutcomes(Irrevocable ? leases.FindIrrevocableLeasesAsync(Prefix, Cancellation) : leases.FindLeasesAsync(Prefix, Cancellation), WriteObject);
        }
    }
}
