using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Writes down the policy that grants what is needed for secrets, and nothing else. The store isn't changed.</summary>
[Cmdlet(VerbsCommon.New, "StorePolicy")]
[OutputType(typeof(StorePolicy))]
public sealed class NewStorePolicyCommand : StorePolicyCommand
{
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

    private protected override IReadOnlyList<AddressArgument> Named => Address;

    private protected override void Answer(IPolicyStore policies, IReadOnlyList<SecretAddress> addresses)
    {
        if (TryAwait(cancellation => policies.WritePolicyAsync(addresses, Audience, Format, cancellation), out var policy))
        {
            WriteObject(policy);
        }
    }
}
