using System.Globalization;
using System.Net;
using System.Text;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Reports;

/// <summary>Rotations as one page that needs nothing else: no script, no style, font or picture from elsewhere. It follows the reader's choice of light or dark.</summary>
internal static class HtmlReport
{
    private const string Style =
        """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d7dde5; --page: #ffffff; --card: #f6f8fa; --good: #2f7d4f; --bad: #c0392b; --open: #b7791f; --step: #3b6fb6; --probe: #6b5bb5; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e9f0; --soft: #9aa6b5; --line: #333c48; --page: #14181e; --card: #1c222a; --good: #58b981; --bad: #ef7b6e; --open: #e0b15c; --step: #7ba7e6; --probe: #a99bec; } }
        body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
        .state { display: inline-block; border-radius: 1rem; padding: 0 .7rem; color: var(--page); background: var(--open); font-size: .9rem; } .state.good { background: var(--good); color: var(--page); } .state.bad { background: var(--bad); color: var(--page); }
        p.said { margin: .25rem 0 1rem; color: var(--soft); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th { text-align: left; white-space: nowrap; color: var(--soft); font-weight: 600; } th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top; overflow-wrap: anywhere; } td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
        .good { color: var(--good); } .bad { color: var(--bad); } td.good, td.bad { font-weight: 600; }
        svg { width: 100%; min-width: 46rem; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg text.soft { fill: var(--soft); } svg line { stroke: var(--line); } svg .step { fill: var(--step); } svg .consumer { fill: var(--good); } svg .probe { fill: var(--probe); } svg .failed { fill: var(--bad); } svg .begun { fill: var(--open); }
        @media print { body { max-width: none; } h2 { break-before: page; } }
        """;

    public static string Write(IReadOnlyList<SecretRotation> rotations)
    {
        var page = new StringBuilder();
        var title = rotations is [var only] ? $"Rotation of {only.Address}" : string.Create(CultureInfo.InvariantCulture, $"{rotations.Count} rotations of secrets");
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<title>{Encode(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>{Encode(title)}</h1>\n");
        foreach (var rotation in rotations)
        {
            Section(page, rotation);
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>A text as it may stand in a page, between tags and in attributes.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(string.Concat(text.Where(static character => !char.IsControl(character) || char.IsWhiteSpace(character))));

    private static void Section(StringBuilder page, SecretRotation rotation)
    {
        var kind = rotation.State switch
        {
            RotationState.Completed => "good",
            RotationState.Failed or RotationState.CompletedWithDebt => "bad",
            _ => "open",
        };
        page.Append(CultureInfo.InvariantCulture, $"<section>\n<h2>{Encode(rotation.Address)} <span class=\"state {kind}\">{rotation.State}</span></h2>\n<p class=\"said\">{Encode(rotation.Message)}</p>\n<dl>\n");
        foreach (var (name, value) in ReportFacts.Of(rotation))
        {
            page.Append(CultureInfo.InvariantCulture, $"<dt>{name}</dt><dd>{Encode(value)}</dd>\n");
        }

        page.Append("</dl>\n<h3>Time line</h3>\n<div class=\"wide\">\n").Append(Timeline.Draw(rotation)).Append("</div>\n");
        Table(page, "Steps", ["Step", "State", "Begun (UTC)", "Took", "What was seen"], rotation.Steps.Select(static step => (string[])[
            Cell(step.Kind.ToString()), Verdict(step.State.ToString(), step.State == StepState.Done), Time(step.StartedAt), Took(step.Duration), Cell(step.Message)]));
        Table(page, "Consumers and checks", ["Which", "Passed", "Begun (UTC)", "Took", "What was seen"], rotation.Observations.Select(static one => (string[])[
            Cell(one.Name), Verdict(one.Passed ? "yes" : "no", one.Passed), Time(one.StartedAt), Took(one.EndedAt - one.StartedAt), Cell(one.Message)]));
        Table(page, "Debts", ["Version", "Paid", "Since (UTC)", "Attempts", "Why"], rotation.Debts.Select(static debt => (string[])[
            Cell(debt.VersionId), Verdict(debt.IsPaid ? "yes" : "no", debt.IsPaid), Time(debt.OwedSince), Cell(debt.Attempts.ToString(CultureInfo.InvariantCulture)), Cell(debt.Message)]));
        page.Append("</section>\n");
    }

    private static void Table(StringBuilder page, string title, string[] heads, IEnumerable<string[]> rows)
    {
        var lines = rows.Select(static cells => $"<tr>{string.Concat(cells)}</tr>\n").ToList();
        if (lines.Count > 0)
        {
            var head = string.Concat(heads.Select(static name => $"<th>{name}</th>"));
            page.Append(CultureInfo.InvariantCulture, $"<h3>{title}</h3>\n<div class=\"wide\">\n<table>\n<tr>{head}</tr>\n{string.Concat(lines)}</table>\n</div>\n");
        }
    }

    private static string Cell(string text) => $"<td>{Encode(text)}</td>";

    private static string Verdict(string text, bool isGood) => $"<td class=\"{(isGood ? "good" : "bad")}\">{text}</td>";

    private static string Time(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"<td class=\"time\">{at:yyyy-MM-dd HH:mm:ss.f}</td>");

    private static string Took(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"<td class=\"time\">{took.TotalSeconds:0.0} s</td>");
}
