using System.Management.Automation;
using RotateSecrets.Consumers;

namespace RotateSecrets.Rendering;

/// <summary>Shows how far the work on consumers is: one activity over all, with the time that is left at the pace so far.</summary>
internal sealed class RestartProgress
{
    private const int ActivityId = 1;

    private readonly Cmdlet cmdlet;
    private readonly TimeProvider time;
    private readonly string activity;
    private readonly long began;
    private readonly Dictionary<string, int> instancesOf;
    private readonly HashSet<(string Consumer, string Instance)> done = [];

    public RestartProgress(Cmdlet cmdlet, string doing, IReadOnlyList<Consumer> consumers, TimeProvider time)
    {
        this.cmdlet = cmdlet;
        this.time = time;
        began = time.GetTimestamp();
        instancesOf = consumers.DistinctBy(static consumer => consumer.Id, StringComparer.Ordinal)
            .ToDictionary(static consumer => consumer.Id, static consumer => consumer.Replicas ?? 1, StringComparer.Ordinal);
        activity = instancesOf.Count == 1 ? $"{doing} {consumers[0]}" : $"{doing} {instancesOf.Count} consumers";
    }

    public void Show(RestartUpdate update)
    {
        if (update.Event is not { } happened)
        {
            return;
        }

        // The work itself knows best how many instances it is about.
        instancesOf[update.Consumer.Id] = happened.Of;
        if (happened.IsFinal)
        {
            done.Add((update.Consumer.Id, happened.Instance));
        }

        var total = instancesOf.Values.Sum();
        var finished = Math.Min(done.Count, total);
        cmdlet.WriteProgress(new ProgressRecord(ActivityId, activity, $"{update.Consumer} instance {happened.Ordinal} of {happened.Of}: {Words(happened.Phase)}")
        {
            PercentComplete = total == 0 ? 100 : 100 * finished / total,
            SecondsRemaining = finished == 0 ? -1 : (int)Math.Ceiling(time.GetElapsedTime(began).TotalSeconds / finished * (total - finished)),
        });
    }

    public void Complete() =>
        cmdlet.WriteProgress(new ProgressRecord(ActivityId, activity, "done") { RecordType = ProgressRecordType.Completed });

    private static string Words(InstancePhase phase) => phase switch
    {
        InstancePhase.Stopping => "waiting for it to end",
        InstancePhase.Starting => "waiting until it is healthy",
        InstancePhase.Reloaded => "reloaded",
        InstancePhase.Unchanged => "left alone",
        InstancePhase.Waiting => "waiting for somebody to approve it",
        _ => phase.ToString().ToLowerInvariant(),
    };
}
