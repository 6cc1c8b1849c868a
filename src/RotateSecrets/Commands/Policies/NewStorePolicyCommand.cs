using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Writes down the policy that grants what is needed for secrets, and nothing else. The store isn't changed.</summary>
[Cmdlet(VerbsCommon.New, "StorePolicy")]
[OutputType(typeof(StorePolicy))]
public sealed class NewStorePolicyCommand : RotationCommand
{
    private readonly List<SecretAddress> addresses = [];

    /// <summary>The secrets. All in one store.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument[] Address { get; set; } = [];

    /// <summary>For whom: an application that reads them, or an operator who rotates them. Default: Application.</summary>
    [Parameter]
    public PolicyAudience Audience { get; set; } = PolicyAudience.Application;

    /// <summary>In which language: the store's own, or JSON. Default: Native.</summary>
    [Parameter]
    public PolicyFormat Format { get; set; } = PolicyFormat.Native;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var argument in Address)
        {
            if (TryStore(argument, out var address, out _))
            {
                addresses.Add(address);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var store in addresses.GroupBy(static address => address.Store, StringComparer.OrdinalIgnoreCase))
        {
            if (TryAbility(store.Key, "policies", out IPolicyStore policies)
                && TryAwait(cancellation => policies.WritePolicyAsync([.. store], Audience, Format, cancellation), out var policy))
            {
                WriteObject(policy);
            }
        }
    }
}
