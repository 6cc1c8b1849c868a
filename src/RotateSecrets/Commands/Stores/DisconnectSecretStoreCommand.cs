using System.Management.Automation;
using RotateSecrets.Binding;

namespace RotateSecrets.Commands;

/// <summary>Takes a connected store out of the session. What it holds stays where it is.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "SecretStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class DisconnectSecretStoreCommand : RotationCommand
{
    /// <summary>The names of the stores.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            if (TryStore(name, out var store)
                && ShouldProcess(store.Description.Location, $"Disconnect {name}")
                && Session.TryRemove(name, out var connection))
            {
                Finish(connection.DisposeAsync());
            }
        }
    }
}
