using System.Text.Json.Nodes;
using System.Xml.Linq;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Reports;

namespace RotateSecrets.Core.Tests.Rotation.Reports;

public sealed class RotationReportTests
{
    private const string Hostile = "a|b <script>alert('x')</script> --> `code` *bold* [link](javascript:x) & \"quoted\"\nsecond line\0";

    private static readonly DateTimeOffset Start = new(2026, 11, 23, 9, 30, 0, TimeSpan.Zero);

    [Fact]
    public void A_rotation_stands_in_markdown_once_and_the_rest_of_the_file_is_left_alone()
    {
        const string notes = "# Incident\r\n\r\nOur notes, without an end";
        var first = Write(ReportFormat.Markdown, notes, Rotation("one", RotationState.Failed));
        var second = Write(ReportFormat.Markdown, first + "more notes\r\n", Rotation("two", RotationState.Completed));
        var updated = Write(ReportFormat.Markdown, second, Rotation("one", RotationState.Completed));

        Assert.StartsWith(notes, updated, StringComparison.Ordinal);
        Assert.Contains("more notes\r\n", updated, StringComparison.Ordinal);
        Assert.Single(Occurrences(updated, "<!-- rotation one -->"));
        Assert.Single(Occurrences(updated, "<!-- rotation two -->"));
        Assert.DoesNotContain("| State | Failed |", updated, StringComparison.Ordinal);
        Assert.Equal(updated, Write(ReportFormat.Markdown, updated, Rotation("one", RotationState.Completed), Rotation("two", RotationState.Completed)));
        Assert.DoesNotContain("\n", updated.Replace("\r\n", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void What_others_have_named_is_no_markup_in_markdown()
    {
        var text = Write(ReportFormat.Markdown, null, Rotation("one", RotationState.Completed, Hostile));

        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.Single(Occurrences(text, "\n## "));
        Assert.Equal(2, Occurrences(text, "-->").Count());
        Assert.All(text.Split('\n').Where(static line => line.StartsWith("| ", StringComparison.Ordinal)), static line => Assert.EndsWith(" |", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_rotation_stands_in_json_once()
    {
        var text = Write(ReportFormat.Json, Write(ReportFormat.Json, null, Rotation("one", RotationState.Failed), Rotation("two", RotationState.Completed)), Rotation("one", RotationState.Completed, Hostile));

        var entries = JsonNode.Parse(text)!.AsArray();
        Assert.Equal(["one", "two"], entries.Select(static entry => (string)entry!["id"]!));
        Assert.Equal("Completed", (string)entries[0]!["state"]!);
        Assert.Equal(Hostile, (string)entries[0]!["steps"]![0]!["message"]!);
        Assert.Equal("probe", (string)entries[0]!["observations"]![1]!["kind"]!);
        Assert.Equal(2.5, (double)entries[0]!["steps"]![0]!["durationSeconds"]!);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("text")]
    public void A_file_that_is_no_report_is_refused(string existing)
    {
        Assert.True(RotationReport.Write(ReportFormat.Json, [Rotation("one", RotationState.Completed)], existing).Failed(out var failure, out _));
        Assert.Equal(FailureCode.DocumentInvalid, failure.Code);
    }

    [Fact]
    public void The_page_is_well_formed_and_needs_nothing_from_elsewhere()
    {
        var page = Write(ReportFormat.Html, "anything", Rotation("one", RotationState.CompletedWithDebt, Hostile), Rotation("two", RotationState.Undone));

        // Read as XML, which forgives nothing: what HTML alone leaves open is closed first.
        var body = XDocument.Parse(page.Replace("<!DOCTYPE html>\n", string.Empty, StringComparison.Ordinal).Replace("<meta charset=\"utf-8\">", string.Empty, StringComparison.Ordinal)
            .Replace("content=\"width=device-width\">", "content=\"width=device-width\"/>", StringComparison.Ordinal).Replace("'unsafe-inline'\">", "'unsafe-inline'\"/>", StringComparison.Ordinal));
        Assert.Equal(2, body.Descendants("svg").Count());
        Assert.DoesNotContain(body.Descendants(), static element => element.Name.LocalName is "script" or "link" or "img" or "iframe");
        Assert.DoesNotContain(body.Descendants().Attributes(), static attribute => attribute.Name.LocalName is "src" or "href" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_has_a_row_for_every_step_consumer_and_check_within_its_bounds()
    {
        var page = Write(ReportFormat.Html, null, Rotation("one", RotationState.Failed));

        var start = page.IndexOf("<svg", StringComparison.Ordinal);
        var picture = XElement.Parse(page[start..(page.IndexOf("</svg>", start, StringComparison.Ordinal) + 6)]);
        Assert.Equal(["failed", "consumer", "failed"], picture.Elements("rect").Select(static bar => (string)bar.Attribute("class")!));
        Assert.All(picture.Elements("rect"), static bar => Assert.InRange((double)bar.Attribute("x")! + (double)bar.Attribute("width")!, 270, 1000));
    }

    [Fact]
    public void A_full_disk_leaves_the_old_report()
    {
        var folder = Directory.CreateTempSubdirectory("report-").FullName;
        var path = Path.Combine(folder, "r.md");
        File.WriteAllText(path, "old");
        Assert.ThrowsAny<IOException>(() => ReportFile.Write(Path.Combine(folder, "missing", "r.md"), "new"));
        Assert.Equal(FailureCode.DiskFull, ReportFile.FailureOf(path, new IOException("full", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28)).Code);

        ReportFile.Write(path, "new");

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<int> Occurrences(string text, string wanted)
    {
        for (var index = text.IndexOf(wanted, StringComparison.Ordinal); index >= 0; index = text.IndexOf(wanted, index + 1, StringComparison.Ordinal))
        {
            yield return index;
        }
    }

    private static string Write(ReportFormat format, string? existing, params SecretRotation[] rotations) =>
        RotationReport.Write(format, rotations, existing).Succeeded(out var text, out var failure) ? text : throw new InvalidOperationException(failure.ToString());

    private static SecretRotation Rotation(string id, RotationState state, string message = "It was seen.")
    {
        var verify = new RotationEvent(id, Start.AddSeconds(0.5), RotationEventKind.StepBegun) { Step = 5, StepKind = StepKind.Verify, Message = message };
        return SecretRotation.Of(id, [
            new RotationEvent(id, Start, RotationEventKind.Begun) { Facts = Facts(("address", "local:X"), ("store", message), ("strategy", "Staged")) },
            verify,
            new RotationEvent(id, Start.AddSeconds(1), RotationEventKind.Noted) { Message = message, Facts = Facts(("consumer", $"proxy {message}"), ("since", Start.AddSeconds(0.6).ToString("O")), ("passed", "True")) },
            new RotationEvent(id, Start.AddSeconds(2), RotationEventKind.Noted) { Message = message, Facts = Facts(("probe", "Http page"), ("since", Start.AddSeconds(1).ToString("O")), ("passed", "False")) },
            verify with { At = Start.AddSeconds(3), Kind = state == RotationState.Failed ? RotationEventKind.StepFailed : RotationEventKind.StepDone },
            .. state == RotationState.Failed ? [] : (RotationEvent[])[new RotationEvent(id, Start.AddSeconds(4), RotationEventKind.Ended) { Facts = Facts(("outcome", state.ToString())) }],
        ]);
    }

    private static Dictionary<string, string> Facts(params (string Name, string Value)[] facts) => facts.ToDictionary(static fact => fact.Name, static fact => fact.Value, StringComparer.Ordinal);
}
