using System.Management.Automation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Commands;

/// <summary>Leads a rotation back: puts the old value back, brings it to the consumers, and destroys the new one.</summary>
[Cmdlet(VerbsCommon.Undo, "SecretRotation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SecretRotation), typeof(RotationEvent))]
public sealed class UndoSecretRotationCommand : RotationRunCommand
{
    /// <summary>The id of the rotation.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Id { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (TryAwait(Session.RotationServicesAsync, out var services)
            && TryRead(services.Journal, Id, out var record)
            && ShouldProcess(record.ToString(), "Put the old value back, and restart the consumers with it"))
        {
            Run(services, new RotationOptions(), 1, TimeSpan.Zero, (runner, how) => runner.UndoAsync(Id, how, StopRequest));
        }
    }
}
