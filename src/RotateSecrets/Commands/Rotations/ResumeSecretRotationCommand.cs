using System.Management.Automation;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;

namespace RotateSecrets.Commands;

/// <summary>Goes on with a rotation that was stopped, has failed, or whose process died; or tries again to make a revocation that is owed.</summary>
[Cmdlet(VerbsLifecycle.Resume, "SecretRotation", DefaultParameterSetName = IdSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SecretRotation), typeof(RotationEvent))]
public sealed class ResumeSecretRotationCommand : RotationRunCommand
{
    private const string IdSet = "Id";
    private const string DebtSet = "Debt";

    /// <summary>The id of the rotation.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = DebtSet)]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>Tries the revocations that are owed: of the rotation that is named, at once; else of all, where they are due.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DebtSet)]
    public SwitchParameter Debt { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryAwait(Session.RotationServicesAsync, out var services))
        {
            return;
        }

        if (ParameterSetName == DebtSet)
        {
            Drain(OwingAsync(services.Journal), id => PayDebts(services, id));
        }
        else if (TryRead(services.Journal, Id!, out var record) && ShouldProcess(record.ToString(), record.IsUndoing ? "Go on leading it back" : "Go on with the rotation"))
        {
            Run(services, new RotationOptions(), 1, TimeSpan.Zero, (runner, how) => runner.ResumeAsync(record.Id, how, StopRequest));
        }
    }

    private void PayDebts(RotationServices services, string id)
    {
        if (TryRead(services.Journal, id, out var record) && ShouldProcess(record.ToString(), "Try again to revoke what is owed"))
        {
            Run(services, new RotationOptions(), 1, TimeSpan.Zero, (runner, how) => runner.PayDebtsAsync(id, evenIfNotDue: Id is not null, how, StopRequest));
        }
    }

    private async IAsyncEnumerable<string> OwingAsync(IRotationJournal journal)
    {
        if (Id is not null)
        {
            yield return Id;
            yield break;
        }

        await foreach (var listed in journal.ListAsync(new RotationQuery { States = [RotationState.CompletedWithDebt] }, Cancellation))
        {
            if (listed.Succeeded(out var id, out _))
            {
                yield return id;
            }
        }
    }
}
