using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Stores;

namespace RotateSecrets.Commands;

/// <summary>Shows who did what to a secret, from its store's audit log.</summary>
[Cmdlet(VerbsCommon.Get, "StoreAuditEvent")]
[OutputType(typeof(StoreAuditEvent))]
public sealed class GetStoreAuditEventCommand : RotationCommand
{
    /// <summary>The secret.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument Address { get; set; } = null!;

    /// <summary>Only what happened to the version with this id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>Only what happened at most so long ago: seconds or a TimeSpan. Default: all that the log has.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? MaximumAge { get; set; }

    /// <summary>Goes on as the log grows, until it is stopped. A store whose log can't be followed ends where its log does.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TryStore(Address, out var address, out var store))
        {
            var query = new AuditQuery(address, Version, MaximumAge is { } age ? Session.Time.GetUtcNow() - age : null) { Follow = Wait };
            DrainOutcomes(store.ReadAuditAsync(query, Cancellation), WriteObject);
        }
    }
}
