using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Compares policies that are in force with what is needed for secrets: what is missing, and what is too much.</summary>
[Cmdlet(VerbsDiagnostic.Test, "StorePolicy")]
[OutputType(typeof(StorePolicyReport))]
public sealed class TestStorePolicyCommand : StorePolicyCommand
{
    /// <summary>The names of the policies. Together they count as one.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The secrets. All in one store.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument[] Address { get; set; } = [];

    /// <summary>For whom: an application that reads them, or an operator who rotates them. Default: Application.</summary>
    [Parameter]
    public PolicyAudience Audience { get; set; } = PolicyAudience.Application;

    private protected override IReadOnlyList<AddressArgument> Named => Address;

    private protected override void Answer(IPolicyStore policies, IReadOnlyList<SecretAddress> addresses)
    {
        if (TryAwait(cancellation => policies.ComparePoliciesAsync(Name, addresses, Audience, cancellation), out var report))
        {
            WriteObject(report);
        }
    }
}
