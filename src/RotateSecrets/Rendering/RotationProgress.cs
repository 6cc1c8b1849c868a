using System.Management.Automation;
using RotateSecrets.Consumers;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rendering;

/// <summary>Shows how far rotations are: one activity over all their steps, and below it what the consumers are going through.</summary>
internal sealed class RotationProgress(Cmdlet cmdlet, TimeProvider time, int rotations, TimeSpan estimate)
{
    private const int ActivityId = 1;
    private const int ConsumersId = 2;
    private const int Steps = 16;

    // Nobody reads more, and a thousand rotations have some forty thousand events.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string activity = rotations == 1 ? "Rotating a secret" : $"Rotating {rotations} secrets";
    private readonly long began = time.GetTimestamp();
    private int done;
    private long? shown;
    private int restarted;

    public void Show(RotationEvent happened)
    {
        if (happened.Kind is not (RotationEventKind.StepBegun or RotationEventKind.StepDone or RotationEventKind.UndoBegun))
        {
            return;
        }

        done += happened.Kind == RotationEventKind.StepDone ? 1 : 0;
        if (rotations > 1 && shown is { } last && time.GetElapsedTime(last) < Pause)
        {
            return;
        }

        shown = time.GetTimestamp();
        var share = Math.Min(1, done / (double)(Steps * rotations));
        var left = estimate - time.GetElapsedTime(began);
        cmdlet.WriteProgress(new ProgressRecord(ActivityId, activity, $"{happened.StepKind?.ToString() ?? "Undo"}: {happened.Message}")
        {
            PercentComplete = (int)(100 * share),
            SecondsRemaining = left > TimeSpan.Zero ? (int)Math.Ceiling(left.TotalSeconds) : -1,
        });
    }

    public void Show(RestartUpdate update)
    {
        if (update.Event is { } happened)
        {
            restarted += happened.IsFinal ? 1 : 0;
            cmdlet.WriteProgress(new ProgressRecord(ConsumersId, "Consumers", $"{update.Consumer} instance {happened.Ordinal} of {happened.Of}: {happened.Phase}")
            {
                ParentActivityId = ActivityId,
                PercentComplete = 100 * happened.Ordinal / Math.Max(1, happened.Of),
            });
        }
    }

    public void Complete()
    {
        if (restarted > 0)
        {
            cmdlet.WriteProgress(new ProgressRecord(ConsumersId, "Consumers", "done") { ParentActivityId = ActivityId, RecordType = ProgressRecordType.Completed });
        }

        cmdlet.WriteProgress(new ProgressRecord(ActivityId, activity, "done") { RecordType = ProgressRecordType.Completed });
    }
}
