using System.Management.Automation;
using System.Management.Automation.Internal;

namespace RotateSecrets.Shell.Host;

/// <summary>All activities under way, and the one line that tells of the latest: <c>Activity [====>     ] 45% status, 00:12 left</c>.</summary>
internal sealed class ProgressLine
{
    private const int BarLength = 20;

    private readonly List<(long Source, ProgressRecord Record)> active = [];

    /// <summary>Takes in what an activity reports.</summary>
    public void Update(long source, ProgressRecord record)
    {
        active.RemoveAll(item => item.Source == source && item.Record.ActivityId == record.ActivityId);
        if (record.RecordType is ProgressRecordType.Processing)
        {
            active.Add((source, record));
        }
    }

    /// <summary>Forgets all activities; one that was broken off never says that it is complete.</summary>
    public void Clear() => active.Clear();

    /// <summary>The line, at most so many columns wide. Null: nothing is under way.</summary>
    public string? Render(int width)
    {
        if (active.Count is 0)
        {
            return null;
        }

        var record = active[^1].Record;
        var bar = record.PercentComplete is >= 0 and var percent ? $" {Bar(percent)} {percent}%" : "";
        var left = record.SecondsRemaining >= 0 ? $", {TimeSpan.FromSeconds(record.SecondsRemaining):c} left" : "";
        var activity = Cut(OneLine(record.Activity), width / 2);
        var status = Cut($" {OneLine(record.StatusDescription)}", width - activity.Length - bar.Length - left.Length);
        return $"{PSStyle.Instance.Progress.Style}{Cut(activity + bar + status + left, width)}{PSStyle.Instance.Reset}";
    }

    private static string Bar(int percent)
    {
        var done = Math.Min(percent, 100) * BarLength / 100;
        return $"[{new string('=', done)}{new string(' ', BarLength - done)}]";
    }

    private static string OneLine(string? text) => string.Concat(
        new StringDecorated(text ?? "").ToString(OutputRendering.PlainText).Select(static c => char.IsControl(c) ? ' ' : c));

    private static string Cut(string text, int width) =>
        text.Length <= width ? text : width < 1 ? "" : $"{text.AsSpan(0, width - 1)}…";
}
