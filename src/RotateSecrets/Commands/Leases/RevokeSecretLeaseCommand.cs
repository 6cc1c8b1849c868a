using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Takes back credentials that a store has issued, and sees that none of them is left.</summary>
[Cmdlet(VerbsSecurity.Revoke, "SecretLease", DefaultParameterSetName = IdSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(LeaseRevocation))]
public sealed class RevokeSecretLeaseCommand : RotationCommand
{
    private const string IdSet = "Id";
    private const string PrefixSet = "Prefix";

    /// <summary>The name of the store.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Store { get; set; } = string.Empty;

    /// <summary>The ids of the leases.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>How the ids of the leases begin, part by part: database/creds/app for all of one role.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PrefixSet)]
    [ValidateNotNullOrEmpty]
    public string[] Prefix { get; set; } = [];

    /// <summary>Has the store forget the leases that it can't revoke. Their credentials may still work where they are used: revoke them there.</summary>
    [Parameter(ParameterSetName = PrefixSet)]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryAbility(Store, "leases", out ILeaseStore leases))
        {
            return;
        }

        foreach (var id in Id)
        {
            if (ShouldProcess($"{Store}:{id}", "Revoke the lease") && TryAwait(cancellation => leases.RevokeLeaseAsync(id, cancellation), out var revoked))
            {
                WriteObject(revoked);
            }
        }

        foreach (var prefix in Prefix)
        {
            var action = Force ? "Revoke all leases, and forget those that can't be revoked," : "Revoke all leases";
            if (ShouldProcess($"{Store}:{prefix}", action) && TryAwait(cancellation => leases.RevokeLeasesAsync(prefix, Force, cancellation), out var revoked))
            {
                WriteObject(revoked);
            }
        }
    }
}
