using System.Globalization;
using System.Text;
using RotateSecrets.Rotation.Records;

namespace RotateSecrets.Rotation.Reports;

/// <summary>A rotation as a section of a Markdown file, between two comments by which it is found again.</summary>
internal static class MarkdownReport
{
    /// <summary>Puts a rotation's section into a text: in place of its earlier one, else at the end. All else stays as it is.</summary>
    public static string Put(string existing, SecretRotation rotation)
    {
        var (opening, closing) = ($"<!-- rotation {rotation.Id} -->", $"<!-- end of rotation {rotation.Id} -->");
        var newline = existing.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var section = $"{opening}\n{Section(rotation)}{closing}".ReplaceLineEndings(newline);
        var start = existing.IndexOf(opening, StringComparison.Ordinal);
        var end = start < 0 ? -1 : existing.IndexOf(closing, start, StringComparison.Ordinal);
        if (end >= 0)
        {
            return string.Concat(existing.AsSpan(0, start), section, existing.AsSpan(end + closing.Length));
        }

        var gap = existing.Length == 0 ? string.Empty : existing.EndsWith('\n') ? newline : newline + newline;
        return $"{existing}{gap}{section}{newline}";
    }

    private static string Section(SecretRotation rotation)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n## {rotation.StartedAt:yyyy-MM-dd HH:mm} UTC: {Cell(rotation.Address)}, {rotation.State}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Cell(rotation.Message)}\n\n| | |\n| --- | --- |\n");
        foreach (var (name, value) in ReportFacts.Of(rotation))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {Cell(value)} |\n");
        }

        Table(text, "Step | State | Begun (UTC) | Took | What was seen", rotation.Steps.Select(static step => string.Create(
            CultureInfo.InvariantCulture, $"{step.Kind} | {step.State} | {step.StartedAt:HH:mm:ss.f} | {step.Duration.TotalSeconds:0.0} s | {Cell(step.Message)}")));
        Table(text, "Consumer or check | Passed | Begun (UTC) | Took | What was seen", rotation.Observations.Select(static one => string.Create(
            CultureInfo.InvariantCulture,
            $"{Cell(one.Name)} | {(one.Passed ? "yes" : "**no**")} | {one.StartedAt:HH:mm:ss.f} | {(one.EndedAt - one.StartedAt).TotalSeconds:0.0} s | {Cell(one.Message)}")));
        Table(text, "Version owed | Since (UTC) | Attempts | Paid | Why", rotation.Debts.Select(static debt => string.Create(
            CultureInfo.InvariantCulture, $"{Cell(debt.VersionId)} | {debt.OwedSince:yyyy-MM-dd HH:mm:ss} | {debt.Attempts} | {(debt.IsPaid ? "yes" : "**no**")} | {Cell(debt.Message)}")));
        return text.Append('\n').ToString();
    }

    private static void Table(StringBuilder text, string heads, IEnumerable<string> rows)
    {
        var lines = rows.ToList();
        if (lines.Count > 0)
        {
            var rule = string.Join(" | ", heads.Split('|').Select(static _ => "---"));
            text.Append(CultureInfo.InvariantCulture, $"\n| {heads} |\n| {rule} |\n| {string.Join(" |\n| ", lines)} |\n");
        }
    }

    // What others have named may hold anything: none of it is to be taken for markup, nor for the end of the section.
    private static string Cell(string text)
    {
        var cell = new StringBuilder(text.Length);
        foreach (var character in text.ReplaceLineEndings(" "))
        {
            cell.Append(character switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '|' or '\\' or '`' or '*' or '_' or '[' or ']' or '#' => $"\\{character}",
                _ => char.IsControl(character) ? " " : character.ToString(),
            });
        }

        return cell.ToString();
    }
}
