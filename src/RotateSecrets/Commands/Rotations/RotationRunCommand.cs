using System.Management.Automation;
using RotateSecrets.Outcomes;
using RotateSecrets.Rendering;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>What invoking, resuming and undoing rotations have in common.</summary>
public abstract class RotationRunCommand : RotationCommand
{
    private bool? approved;

    private protected RotationRunCommand()
    {
    }

    /// <summary>How many secrets, and how many consumers, are worked on at a time. Default: 10.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 10;

    /// <summary>Writes each event as it happens, in place of the record at the end.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool StopsAtSafePoint => true;

    /// <summary>Runs rotations, shows how far they are, and writes their records.</summary>
    private protected void Run(
        RotationServices services, RotationOptions options, int rotations, TimeSpan estimate, Func<RotationRunner, RotationOptions, IAsyncEnumerable<Outcome<RotationEvent>>> start)
    {
        var progress = new RotationProgress(this, Session.Time, rotations, estimate);
        var records = new Dictionary<string, SecretRotation>(StringComparer.Ordinal);
        var how = options with
        {
            ThrottleLimit = ThrottleLimit,
            ApproveRevocation = ApproveAsync,
            OnValue = Mask,
            Progress = update => PostToPipeline(() => progress.Show(update)),
        };
        DrainOutcomes(start(new RotationRunner(services), how), happened =>
        {
            progress.Show(happened);
            WriteVerbose($"{happened.RotationId} {happened}");
            records[happened.RotationId] = records.GetValueOrDefault(happened.RotationId, new SecretRotation(happened.RotationId)).With(happened);
            if (PassThru)
            {
                WriteObject(happened);
            }
        });
        progress.Complete();
        if (!PassThru)
        {
            WriteRecords(services.Journal, records.Keys);
        }
    }

    /// <summary>Finds the record of a rotation; what keeps it from being found is written as an error.</summary>
    private protected bool TryRead(IRotationJournal journal, string id, out SecretRotation record)
    {
        if (TryAwait(cancellation => journal.ReadAsync(id, cancellation), out var events))
        {
            record = SecretRotation.Of(id, events);
            return true;
        }

        record = null!;
        return false;
    }

    private void WriteRecords(IRotationJournal journal, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            if (TryRead(journal, id, out var record))
            {
                WriteObject(record);
            }
        }
    }

    // One question for all of a run: whoever says yes to the first secret's end has been told of the plan for all.
    private async Task<bool> ApproveAsync(SecretVersion version)
    {
        try
        {
            approved ??= await OnPipelineAsync(() => ShouldProcess($"{version.Address} version {version.Id} (the old value)", "Revoke: destroy it for good"));
            return approved.Value;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
