using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Compares what policies, a role or the connection's own token grant with what is needed for secrets: what is missing, and what is too much.</summary>
[Cmdlet(VerbsDiagnostic.Test, "StorePolicy", DefaultParameterSetName = NameSet)]
[OutputType(typeof(StorePolicyReport))]
public sealed class TestStorePolicyCommand : StorePolicyCommand
{
    private const string NameSet = "Name";
    private const string RoleSet = "Role";
    private const string SelfSet = "Self";

    /// <summary>The names of the policies. Together they count as one.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The path of a role by which somebody logs in: auth/approle/role/proxy, auth/kubernetes/role/proxy. Its policies count.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RoleSet)]
    [ValidateNotNullOrEmpty]
    public string? Role { get; set; }

    /// <summary>The token that the store is connected with.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SelfSet)]
    public SwitchParameter Self { get; set; }

    /// <summary>The secrets. All in one store.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = NameSet)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = RoleSet)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = SelfSet)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument[] Address { get; set; } = [];

    /// <summary>For whom: an application that reads them, or an operator who rotates them. Default: Application.</summary>
    [Parameter]
    public PolicyAudience Audience { get; set; } = PolicyAudience.Application;

    private protected override IReadOnlyList<AddressArgument> Named => Address;

    private protected override void Answer(IPolicyStore policies, IReadOnlyList<SecretAddress> addresses)
    {
        if (TryAwait(cancellation => policies.ComparePoliciesAsync(new PolicyHolder { Policies = Name, Role = Role }, addresses, Audience, cancellation), out var report))
        {
            WriteObject(report);
        }
    }
}
