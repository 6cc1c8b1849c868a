using System.Globalization;
using System.Text;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Reports;

/// <summary>A rotation as a picture (SVG): a row for each step, consumer and check, over the time that it took.</summary>
internal static class Timeline
{
    private const int LabelWidth = 270;
    private const int Width = 1000;
    private const int Row = 22;
    private const int Top = 30;
    private const int MostLetters = 36;
    private const double ThinnestBar = 3;

    private static readonly double[] Ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800];

    public static string Draw(SecretRotation rotation)
    {
        var lanes = Lanes(rotation);
        var span = Math.Max(0.1, rotation.Duration.TotalSeconds);
        var height = Top + (lanes.Count * Row) + 6;
        var picture = new StringBuilder();
        picture.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Time line of the rotation\">\n");
        Axis(picture, span, height);
        for (var index = 0; index < lanes.Count; index++)
        {
            var y = Top + (index * Row);
            picture.Append(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth - 10}\" y=\"{y + 14}\" text-anchor=\"end\">{HtmlReport.Encode(Short(lanes[index].Name))}</text>\n");
            foreach (var bar in lanes[index].Bars)
            {
                var from = X((bar.From - rotation.StartedAt).TotalSeconds, span);
                var to = X((bar.To - rotation.StartedAt).TotalSeconds, span);
                picture.Append(CultureInfo.InvariantCulture, $"<rect class=\"{bar.Class}\" x=\"{from:0.0}\" y=\"{y + 4}\" width=\"{Math.Max(ThinnestBar, to - from):0.0}\" height=\"{Row - 9}\" rx=\"2\"><title>{HtmlReport.Encode(bar.Text)}</title></rect>\n");
            }
        }

        return picture.Append("</svg>\n").ToString();
    }

    private static List<Lane> Lanes(SecretRotation rotation) =>
    [
        .. rotation.Steps.Select(static step => new Lane(step.Kind.ToString(), [new Bar(step.StartedAt, step.ChangedAt, ClassOf(step.State), step.Message)])),
        .. rotation.Observations
            .GroupBy(static one => (one.IsProbe, one.Name))
            .OrderBy(static lane => lane.Key.IsProbe)
            .Select(static lane => new Lane(lane.Key.Name, [.. lane.Select(static one => new Bar(
                one.StartedAt, one.EndedAt, one.Passed ? one.IsProbe ? "probe" : "consumer" : "failed", one.Message))])),
    ];

    private static string ClassOf(StepState state) => state switch
    {
        StepState.Done => "step",
        StepState.Failed => "failed",
        _ => "begun",
    };

    private static void Axis(StringBuilder picture, double span, int height)
    {
        var tick = Ticks.FirstOrDefault(seconds => span / seconds <= 10, Ticks[^1] * Math.Ceiling(span / Ticks[^1] / 10));
        for (var seconds = 0d; seconds <= span; seconds += tick)
        {
            var x = X(seconds, span);
            picture.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.0}\" y1=\"22\" x2=\"{x:0.0}\" y2=\"{height}\"/><text class=\"soft\" x=\"{x:0.0}\" y=\"14\" text-anchor=\"middle\">{Label(seconds)}</text>\n");
        }
    }

    private static string Label(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#} min"),
        < 172800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0.#} d"),
    };

    private static double X(double seconds, double span) => LabelWidth + (Math.Clamp(seconds / span, 0, 1) * (Width - LabelWidth - 20));

    private static string Short(string name) => name.Length <= MostLetters ? name : $"{name[..(MostLetters - 1)]}…";

    private sealed record Lane(string Name, IReadOnlyList<Bar> Bars);

    private sealed record Bar(DateTimeOffset From, DateTimeOffset To, string Class, string Text);
}
